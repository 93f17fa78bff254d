package org.sealpost.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Hmac;
import org.sealpost.onem2m.Members;

/**
 * A member's proof that it holds a credential (travels under the pairwise key besides).
 *
 * @param nonce the credential's {@code rid}
 * @param lineage of the member's state
 * @param generation the newest generation of the group's tree that it holds labels of; 0 for none
 * @param mac HMAC-SHA256(confirmation key, group | 0x00 | epoch (8 octets) | member | 0x00 | nonce)
 */
public record CredentialConfirmation(
        String group, long epoch, String keyCheckValue, String nonce, Lineage lineage, long generation, byte[] mac) {
    private static final byte[] ZERO = {0};

    /** Makes the proof for a member. */
    public static CredentialConfirmation of(
            String group, long epoch, EpochKeys keys, String member, String nonce, Lineage lineage, long generation) {
        return new CredentialConfirmation(
                group, epoch, keys.keyCheckValue(), nonce, lineage, generation, mac(group, epoch, keys, member, nonce));
    }

    /** The proof of a member without labels. */
    public static CredentialConfirmation of(
            String group, long epoch, EpochKeys keys, String member, String nonce, Lineage lineage) {
        return of(group, epoch, keys, member, nonce, lineage, 0);
    }

    /** True when it proves that the member holds these keys; constant time. */
    public boolean provesFor(EpochKeys keys, String member) {
        return keyCheckValue.equals(keys.keyCheckValue())
                && MessageDigest.isEqual(mac, mac(group, epoch, keys, member, nonce));
    }

    public byte[] encode() {
        var o = Json.object()
                .put("grp", group)
                .put("epo", epoch)
                .put("kcv", keyCheckValue)
                .put("rid", nonce);
        o.set("lin", lineage.toTree());
        if (generation > 0) {
            o.put("gen", generation);
        }
        return Json.write(o.put("mac", Base64Url.encode(mac)));
    }

    public static CredentialConfirmation decode(byte[] octets) {
        Members m =
                Versioned.open(Json.read(octets), "a confirmation", "grp", "epo", "kcv", "rid", "lin", "gen", "mac");
        return new CredentialConfirmation(
                m.text("grp"),
                m.integer("epo"),
                m.text("kcv"),
                m.text("rid"),
                Lineage.of(m.require("lin")),
                m.optionalInteger("gen").orElse(0L),
                Base64Url.decode(m.text("mac")));
    }

    private static byte[] mac(String group, long epoch, EpochKeys keys, String member, String nonce) {
        return Hmac.sha256(
                keys.confirmation(),
                group.getBytes(StandardCharsets.UTF_8),
                ZERO,
                ByteBuffer.allocate(Long.BYTES).putLong(epoch).array(),
                member.getBytes(StandardCharsets.UTF_8),
                ZERO,
                nonce.getBytes(StandardCharsets.UTF_8));
    }
}
