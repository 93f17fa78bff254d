package org.sealpost.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * ESData under a group's credential: direct encryption (TS-0003 8.5.2.2.1). The key id names group, epoch and use; the header {@code ins} names the sender's
 * instance, drawn anew at each of its starts. The content key is derived from the use's key for that sender and instance, so that a sender whose counters went
 * back with a restored state, or that runs twice, can't use an IV twice under one key. The IV is sender id (4 octets) | counter (8 octets).
 *
 * @param jwe the envelope, taken apart
 * @param group last segment of the group's identifier
 * @param domain the service provider's domain
 */
public record GroupEnvelope(Jwe jwe, Use use, String group, String domain, long epoch) {
    private static final Pattern KEY_ID =
            Pattern.compile("14-([A-Za-z0-9._-]+)\\.([1-9][0-9]{0,17})\\.(cmd|ack|data)@([a-z0-9.-]+)");
    private static final Set<String> HEADERS = Set.of("alg", "enc", "kid", "typ", "cty", "ins");

    /** Octets of a sender's instance. */
    public static final int INSTANCE_LENGTH = 16;

    private static final int KEY_LENGTH = 32;

    /**
     * Who seals.
     *
     * @param id its sender id (leaf number)
     * @param instance {@link #INSTANCE_LENGTH} random octets, drawn when the sender started; public
     * @param counter never used before by this instance with this use and epoch
     */
    public record Sender(long id, byte[] instance, long counter) {}

    /** What a group's key protects. */
    public enum Use {
        COMMAND("cmd", Labels.TYPE_COMMAND_ENVELOPE),
        ACKNOWLEDGEMENT("ack", Labels.TYPE_ACKNOWLEDGEMENT_ENVELOPE),
        READING("data", Labels.TYPE_READING_ENVELOPE);

        private final String shortName;
        private final String type;

        Use(String shortName, String type) {
            this.shortName = shortName;
            this.type = type;
        }

        /** The key of this use. */
        byte[] keyOf(EpochKeys keys) {
            return switch (this) {
                case COMMAND -> keys.command();
                case ACKNOWLEDGEMENT -> keys.acknowledgement();
                case READING -> keys.reading();
            };
        }
    }

    /**
     * Seals.
     *
     * @param group absolute identifier
     */
    public static String seal(Use use, EpochKeys keys, String group, long epoch, Sender sender, byte[] plaintext) {
        var header = Jwe.newHeader(use.type, keyId(use, group, epoch))
                .put("alg", "dir")
                .put("enc", EpochKeys.ALGORITHM)
                .put("ins", Base64Url.encode(sender.instance()));
        if (use != Use.READING) {
            header.put("cty", "JOSE");
        }
        byte[] iv = ByteBuffer.allocate(12)
                .putInt((int) sender.id())
                .putLong(sender.counter())
                .array();
        byte[] key = senderKey(use, keys, sender.id(), sender.instance());
        try {
            return Jwe.sealDirect(PrimitiveCodec.of(Serialization.JSON).encodeTree(header), key, iv, plaintext);
        } finally {
            Wipe.octets(key);
        }
    }

    /** Takes an envelope apart; opens nothing. 4000 when it is not one of this use. */
    public static GroupEnvelope parse(Use expected, String compact) {
        Jwe jwe = Jwe.parse(compact, HEADERS);
        Matcher m = KEY_ID.matcher(jwe.text("kid"));
        if (!m.matches()
                || !m.group(3).equals(expected.shortName)
                || !jwe.text("typ").equals(expected.type)
                || !jwe.text("enc").equals(EpochKeys.ALGORITHM)
                || Base64Url.decode(jwe.text("ins")).length != INSTANCE_LENGTH) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an envelope is not of the kind that is expected here");
        }
        return new GroupEnvelope(jwe, expected, m.group(1), m.group(4), Long.parseLong(m.group(2)));
    }

    /** True when the envelope names this group (absolute identifier). */
    public boolean names(String absoluteGroup) {
        return jwe.text("kid").equals(keyId(use, absoluteGroup, epoch));
    }

    /** Opens with the keys of the epoch it names; 4115 when it is not authentic. */
    public byte[] open(EpochKeys keys) {
        byte[] key = senderKey(use, keys, senderId(), instance());
        try {
            return jwe.openDirect(key);
        } finally {
            Wipe.octets(key);
        }
    }

    /** The sender's instance. */
    public byte[] instance() {
        return Base64Url.decode(jwe.text("ins"));
    }

    public long senderId() {
        return ByteBuffer.wrap(jwe.iv()).getInt() & 0xffffffffL;
    }

    public long counter() {
        return ByteBuffer.wrap(jwe.iv()).getLong(4);
    }

    /** HKDF-SHA256, salt instance, IKM the use's key, info = label | 0x00 | sender id (4 octets). */
    private static byte[] senderKey(Use use, EpochKeys keys, long senderId, byte[] instance) {
        byte[] label = Labels.GROUP_SENDER.getBytes(StandardCharsets.UTF_8);
        byte[] info = ByteBuffer.allocate(label.length + 1 + Integer.BYTES)
                .put(label)
                .put((byte) 0)
                .putInt((int) senderId)
                .array();
        return Hmac.hkdf(use.keyOf(keys), instance, info, KEY_LENGTH);
    }

    private static String keyId(Use use, String group, long epoch) {
        Identifier id = new Identifier(group);
        String domain = group.substring(2, group.indexOf('/', 2));
        return "14-" + id.lastSegment() + "." + epoch + "." + use.shortName + "@" + domain;
    }
}
