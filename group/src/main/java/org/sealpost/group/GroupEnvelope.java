package org.sealpost.group;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * ESData under a group's credential: direct encryption with the key of one use (TS-0003 8.5.2.2.1). The key id names group, epoch and use; the
 * IV is sender id (4 octets) | counter (8 octets).
 *
 * @param jwe the envelope, taken apart
 * @param group last segment of the group's identifier
 * @param domain the service provider's domain
 */
public record GroupEnvelope(Jwe jwe, Use use, String group, String domain, long epoch) {
    private static final Pattern KEY_ID =
            Pattern.compile("14-([A-Za-z0-9._-]+)\\.([1-9][0-9]{0,17})\\.(cmd|ack|data)@([a-z0-9.-]+)");
    private static final Set<String> HEADERS = Set.of("alg", "enc", "kid", "typ", "cty");

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
     * @param counter never used before by this sender with this use and epoch
     */
    public static String seal(
            Use use, EpochKeys keys, String group, long epoch, long senderId, long counter, byte[] plaintext) {
        var header = Jwe.newHeader(use.type, keyId(use, group, epoch))
                .put("alg", "dir")
                .put("enc", EpochKeys.ALGORITHM);
        if (use != Use.READING) {
            header.put("cty", "JOSE");
        }
        byte[] iv =
                ByteBuffer.allocate(12).putInt((int) senderId).putLong(counter).array();
        return Jwe.sealDirect(PrimitiveCodec.of(Serialization.JSON).encodeTree(header), use.keyOf(keys), iv, plaintext);
    }

    /** Takes an envelope apart; opens nothing. 4000 when it is not one of this use. */
    public static GroupEnvelope parse(Use expected, String compact) {
        Jwe jwe = Jwe.parse(compact, HEADERS);
        Matcher m = KEY_ID.matcher(jwe.text("kid"));
        if (!m.matches()
                || !m.group(3).equals(expected.shortName)
                || !jwe.text("typ").equals(expected.type)
                || !jwe.text("enc").equals(EpochKeys.ALGORITHM)) {
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
        return jwe.openDirect(use.keyOf(keys));
    }

    public long senderId() {
        return ByteBuffer.wrap(jwe.iv()).getInt() & 0xffffffffL;
    }

    public long counter() {
        return ByteBuffer.wrap(jwe.iv()).getLong(4);
    }

    private static String keyId(Use use, String group, long epoch) {
        Identifier id = new Identifier(group);
        String domain = group.substring(2, group.indexOf('/', 2));
        return "14-" + id.lastSegment() + "." + epoch + "." + use.shortName + "@" + domain;
    }
}
