package org.sealpost.group.block;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * The server's word that a group moved on by members joining and nobody leaving: everybody computes the new secret from the one they have, a joiner gets the new one only and can't go back.
 *
 * <pre>COSE_Sign1 with payload [1, group (8), generation, block (16), epoch, not-after, check (16)], external_aad = label of notices
 * ES(k+1) = HKDF(ES(k), label of ratchets | 0x00 | group | 0x00 | k+1 (8))</pre>
 *
 * The newest block with the newest notice after it is all that a member needs, however many ratchets there were between.
 *
 * @param block hash of the newest block; a notice counts on top of it
 * @param check first 16 octets of HMAC-SHA256(secret, label of checks)
 */
public record RatchetNotice(
        byte[] group, long generation, byte[] block, long epoch, long notAfter, byte[] check, CoseSign1 signed) {
    private static final long VERSION = 1;
    private static final int ITEMS = 7;
    private static final int SECRET = 32;
    private static final byte[] PURPOSE = Labels.TYPE_NOTICE.getBytes(StandardCharsets.UTF_8);

    /** More steps than that are not computed: a block is issued long before. */
    private static final long MAX_STEPS = 1 << 16;

    /**
     * Issues a notice.
     *
     * @param block the newest block of the group
     * @param epoch the new one, above the block's
     * @param secret of the new epoch, 32 octets; stays the caller's
     * @param signingKey Ed25519 seed; stays the caller's
     */
    public static RatchetNotice issue(EpochBlock block, long epoch, long notAfter, byte[] secret, byte[] signingKey) {
        BlockHeader header = block.header();
        byte[] check = check(secret);
        byte[] payload =
                Cbor.array(List.of(VERSION, header.group(), header.generation(), block.hash(), epoch, notAfter, check));
        return new RatchetNotice(
                header.group(),
                header.generation(),
                block.hash(),
                epoch,
                notAfter,
                check,
                CoseSign1.sign(signingKey, PURPOSE, payload));
    }

    /**
     * Reads a notice; nothing is verified yet.
     *
     * @throws Refusal 4000 when it is not one
     */
    public static RatchetNotice decode(byte[] octets) {
        CoseSign1 signed =
                CoseSign1.decode(octets).orElseThrow(() -> BlockHeader.malformed("a notice of an epoch is damaged"));
        List<Object> items = Cbor.readArray(signed.payload())
                .filter(i -> i.size() == ITEMS
                        && Long.valueOf(VERSION).equals(i.get(0))
                        && i.get(1) instanceof byte[] group
                        && group.length == Digest.GROUP
                        && i.get(2) instanceof Long
                        && i.get(3) instanceof byte[] block
                        && block.length == Digest.SHORT
                        && i.get(4) instanceof Long
                        && i.get(5) instanceof Long
                        && i.get(6) instanceof byte[] check
                        && check.length == Digest.SHORT)
                .orElseThrow(() -> BlockHeader.malformed("a notice of an epoch is not one of version 1"));
        return new RatchetNotice(
                (byte[]) items.get(1),
                (Long) items.get(2),
                (byte[]) items.get(3),
                (Long) items.get(4),
                (Long) items.get(5),
                (byte[]) items.get(6),
                signed);
    }

    public byte[] encode() {
        return signed.encode();
    }

    /**
     * The secret of this notice's epoch, from that of an epoch before it.
     *
     * @param group absolute identifier
     * @param newest hash of the newest block that the member knows
     * @param held epoch of the secret
     * @param secret 32 octets; stays the caller's
     * @param publicKey Ed25519 key that is certified for blocks
     * @param now epoch seconds
     * @throws Refusal 4103 without a signature, 4105 for an epoch that is not newer or follows another block, 4008 when it is over
     */
    public byte[] advance(String group, byte[] newest, long held, byte[] secret, byte[] publicKey, long now) {
        if (!Arrays.equals(this.group, Digest.group(group))) {
            throw BlockHeader.malformed("a notice of an epoch belongs to another group");
        }
        if (!Arrays.equals(block, newest) || epoch <= held || epoch - held > MAX_STEPS) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "a notice of an epoch does not follow what this member holds: fetch both anew");
        }
        if (now > notAfter) {
            throw new Refusal(ResponseStatus.REQUEST_TIMEOUT, "a notice of an epoch is over: fetch a newer one");
        }
        if (!verifies(publicKey)) {
            throw refused("a notice of an epoch is not signed by the server, or was changed");
        }
        byte[] next = ratchet(group, secret, held, epoch);
        if (!speaksOf(next)) {
            Wipe.octets(next);
            throw refused("a notice of an epoch does not fit the secret that this member holds");
        }
        return next;
    }

    /** Whether it was signed with that key. */
    public boolean verifies(byte[] publicKey) {
        return signed.verifies(publicKey, PURPOSE);
    }

    /** Whether this is the secret of its epoch; constant time. */
    boolean speaksOf(byte[] secret) {
        return MessageDigest.isEqual(check(secret), check);
    }

    /** Steps from one epoch's secret to a later one's; 32 octets, a secret. */
    public static byte[] ratchet(String group, byte[] secret, long from, long to) {
        byte[] current = secret.clone();
        byte[] name = (Labels.EPOCH_RATCHET + '\0' + group + '\0').getBytes(StandardCharsets.UTF_8);
        for (long epoch = from + 1; epoch <= to; epoch++) {
            byte[] info = ByteBuffer.allocate(name.length + Long.BYTES)
                    .put(name)
                    .putLong(epoch)
                    .array();
            byte[] next = Hmac.hkdf(current, new byte[0], info, SECRET);
            Wipe.octets(current);
            current = next;
        }
        return current;
    }

    private static byte[] check(byte[] secret) {
        byte[] whole = Hmac.sha256(secret, Labels.EPOCH_CHECK.getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(whole, Digest.SHORT);
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, sentence);
    }

    @Override
    public String toString() {
        return "RatchetNotice[epoch " + epoch + "]";
    }
}
