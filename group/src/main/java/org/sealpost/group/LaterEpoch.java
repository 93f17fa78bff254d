package org.sealpost.group;

import org.sealpost.onem2m.Members;

/** A member's statement, in its refusal of a credential, that it holds this epoch and never goes back: the issuer's state is older than it should be. */
public record LaterEpoch(String group, long epoch) {
    public byte[] encode() {
        return Json.write(Json.object().put("grp", group).put("epo", epoch));
    }

    public static LaterEpoch decode(byte[] octets) {
        Members m = Versioned.open(Json.read(octets), "a later epoch", "grp", "epo");
        return new LaterEpoch(m.text("grp"), m.integer("epo"));
    }
}
