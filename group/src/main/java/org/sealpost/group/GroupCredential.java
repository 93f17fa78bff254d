package org.sealpost.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.e2e.Wipe;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A group's credential for one member and epoch: 32 octets of epoch secret, then a JSON object with the rest (the secret never becomes text). The
 * layout is in {@code docs/protocol.md} section 3.
 *
 * @param group absolute resource identifier
 * @param epochSecret 32 octets; a secret
 * @param recipient absolute identity; others refuse it
 * @param notBefore epoch seconds
 * @param notAfter epoch seconds
 * @param overlap seconds during which the previous epoch still opens commands; 0 after an eviction
 * @param nonDelegable verbs that need the server's signature
 * @param nonce repeated in the confirmation
 * @param roster for commanders; empty for others
 */
public record GroupCredential(
        String group,
        long epoch,
        byte[] epochSecret,
        long senderId,
        String zone,
        String recipient,
        long notBefore,
        long notAfter,
        long overlap,
        List<String> nonDelegable,
        String nonce,
        List<RosterEntry> roster) {

    public GroupCredential {
        nonDelegable = List.copyOf(nonDelegable);
        roster = List.copyOf(roster);
        if (epochSecret.length != EpochKeys.SECRET_LENGTH || epoch < 1 || senderId < 0 || senderId > 0xffffffffL) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a credential has a secret, epoch or sender id out of range");
        }
    }

    /** The octets to sign and seal; a secret. */
    public byte[] encode() {
        ObjectNode o = Json.object();
        o.put("grp", group)
                .put("epo", epoch)
                .put("alg", EpochKeys.ALGORITHM)
                .put("sid", senderId)
                .put("zon", zone);
        o.put("to", recipient)
                .put("nbf", notBefore)
                .put("exp", notAfter)
                .put("ovl", overlap)
                .put("rid", nonce);
        nonDelegable.forEach(o.putArray("ndv")::add);
        roster.forEach(r -> o.withArray("ros").add(r.toTree()));
        byte[] rest = Json.write(o);
        byte[] whole = Arrays.copyOf(epochSecret, EpochKeys.SECRET_LENGTH + rest.length);
        System.arraycopy(rest, 0, whole, EpochKeys.SECRET_LENGTH, rest.length);
        return whole;
    }

    /** Reads what {@link #encode} wrote; 4000 when it is anything else. */
    public static GroupCredential decode(byte[] octets) {
        if (octets.length <= EpochKeys.SECRET_LENGTH) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a credential is cut off");
        }
        JsonNode tree = Json.read(Arrays.copyOfRange(octets, EpochKeys.SECRET_LENGTH, octets.length));
        Members m = Versioned.open(
                tree,
                "a credential",
                "grp",
                "epo",
                "alg",
                "sid",
                "zon",
                "to",
                "nbf",
                "exp",
                "ovl",
                "rid",
                "ndv",
                "ros");
        if (!m.text("alg").equals(EpochKeys.ALGORITHM)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a credential is for an algorithm that is not known here");
        }
        List<RosterEntry> roster = new ArrayList<>();
        m.get("ros").ifPresent(list -> list.forEach(entry -> roster.add(RosterEntry.of(entry))));
        return new GroupCredential(
                m.text("grp"),
                m.integer("epo"),
                Arrays.copyOf(octets, EpochKeys.SECRET_LENGTH),
                m.integer("sid"),
                m.text("zon"),
                m.text("to"),
                m.integer("nbf"),
                m.integer("exp"),
                m.integer("ovl"),
                m.texts("ndv"),
                m.text("rid"),
                roster);
    }

    /** Overwrites the secret. */
    public void wipe() {
        Wipe.octets(epochSecret);
    }

    @Override
    public String toString() {
        return "GroupCredential[" + group + " epoch " + epoch + " for " + recipient + "]";
    }
}
