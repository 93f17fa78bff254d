package org.sealpost.group;

import org.sealpost.e2e.Base64Url;
import org.sealpost.onem2m.Members;

/**
 * The content of a reading before it is sealed under the group's credential.
 *
 * @param sender absolute identity; as trustworthy as the members of the group
 * @param counter the one in the IV
 * @param reading what the application gave
 * @param at epoch seconds
 */
public record SealedReading(
        String group, long epoch, String sender, long senderId, long counter, byte[] reading, long at) {
    public byte[] encode() {
        return Json.write(Json.object()
                .put("grp", group)
                .put("epo", epoch)
                .put("frm", sender)
                .put("sid", senderId)
                .put("ctr", counter)
                .put("con", Base64Url.encode(reading))
                .put("at", at));
    }

    public static SealedReading decode(byte[] octets) {
        Members m = Versioned.open(Json.read(octets), "a reading", "grp", "epo", "frm", "sid", "ctr", "con", "at");
        return new SealedReading(
                m.text("grp"),
                m.integer("epo"),
                m.text("frm"),
                m.integer("sid"),
                m.integer("ctr"),
                Base64Url.decode(m.text("con")),
                m.integer("at"));
    }
}
