package org.sealpost.group;

import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The server's signed word that a group is no more ({@code docs/protocol.md} section 3): members forget its keys, and take nothing of it from then on. Public, the same for everybody, and good for ever.
 *
 * @param group absolute resource identifier
 * @param epoch the number that comes after the group's last epoch; no epoch ever gets it
 * @param at epoch seconds
 */
public record GroupEnding(String group, long epoch, long at) {
    public GroupEnding {
        if (epoch < 1 || at < 0 || new Identifier(group).scope() != Identifier.Scope.ABSOLUTE) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the end of a group has a group, epoch or time out of range");
        }
    }

    /** The octets to sign. */
    public byte[] encode() {
        return Json.write(Json.object().put("grp", group).put("epo", epoch).put("iat", at));
    }

    /** Reads what {@link #encode} wrote; 4000 when it is anything else. */
    public static GroupEnding decode(byte[] octets) {
        Members m = Versioned.open(Json.read(octets), "the end of a group", "grp", "epo", "iat");
        return new GroupEnding(m.text("grp"), m.integer("epo"), m.integer("iat"));
    }
}
