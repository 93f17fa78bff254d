package org.sealpost.group;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A group's credential for one member and epoch. The epoch secret is in it only as wrapped with the member's wrapping key, which lives in its enclave, so that
 * everything that handles this object, inside or outside of ESPrim, handles nothing secret. The layout is in {@code docs/protocol.md} section 3.
 *
 * @param group absolute resource identifier
 * @param wrappedSecret the epoch secret, 40 octets (AES Key Wrap)
 * @param recipient absolute identity; others refuse it
 * @param notBefore epoch seconds
 * @param notAfter epoch seconds
 * @param overlap seconds during which the previous epoch still opens commands; 0 after an eviction
 * @param nonDelegable verbs that need the server's signature
 * @param commanders version of the group's commander list: delegations that were given under an earlier one count no more
 * @param nonce repeated in the confirmation
 * @param roster for commanders; empty for others
 * @param tree what opens later epochs from blocks; empty where the group has no blocks
 */
public record GroupCredential(
        String group,
        long epoch,
        byte[] wrappedSecret,
        long senderId,
        String zone,
        String recipient,
        long notBefore,
        long notAfter,
        long overlap,
        List<String> nonDelegable,
        long commanders,
        String nonce,
        List<RosterEntry> roster,
        Optional<TreeShare> tree) {

    /** The longest number that a key id holds. */
    private static final long MAX_EPOCH = 999_999_999_999_999_999L;

    /** Ten years. */
    private static final long MAX_OVERLAP = 10 * 366 * 86_400L;

    public GroupCredential {
        nonDelegable = List.copyOf(nonDelegable);
        roster = List.copyOf(roster);
        boolean inRange = epoch >= 1
                && epoch <= MAX_EPOCH
                && senderId >= 0
                && senderId <= 0xffffffffL
                && notBefore <= notAfter
                && commanders >= 0
                && commanders <= epoch
                && overlap >= 0
                && overlap <= MAX_OVERLAP;
        if (wrappedSecret.length != KeyWrap.WRAPPED_LENGTH
                || !inRange
                || new Identifier(group).scope() != Identifier.Scope.ABSOLUTE) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "a credential has a group, wrapped secret, epoch, sender id, version or time out of range");
        }
    }

    /** The octets to sign. */
    public byte[] encode() {
        ObjectNode o = Json.object();
        o.put("grp", group).put("epo", epoch).put("alg", EpochKeys.ALGORITHM).put("k", Base64Url.encode(wrappedSecret));
        o.put("sid", senderId).put("zon", zone).put("to", recipient);
        o.put("nbf", notBefore)
                .put("exp", notAfter)
                .put("ovl", overlap)
                .put("cmv", commanders)
                .put("rid", nonce);
        nonDelegable.forEach(o.putArray("ndv")::add);
        roster.forEach(r -> o.withArray("ros").add(r.toTree()));
        tree.ifPresent(t -> o.set("tre", t.toTree()));
        return Json.write(o);
    }

    /** Reads what {@link #encode} wrote; 4000 when it is anything else. */
    public static GroupCredential decode(byte[] octets) {
        JsonNode tree = Json.read(octets);
        Members m = Versioned.open(
                tree,
                "a credential",
                "grp",
                "epo",
                "alg",
                "k",
                "sid",
                "zon",
                "to",
                "nbf",
                "exp",
                "ovl",
                "rid",
                "cmv",
                "ndv",
                "ros",
                "tre");
        if (!m.text("alg").equals(EpochKeys.ALGORITHM)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a credential is for an algorithm that is not known here");
        }
        List<RosterEntry> roster = new ArrayList<>();
        m.get("ros").ifPresent(list -> list.forEach(entry -> roster.add(RosterEntry.of(entry))));
        return new GroupCredential(
                m.text("grp"),
                m.integer("epo"),
                Base64Url.decode(m.text("k")),
                m.integer("sid"),
                m.text("zon"),
                m.text("to"),
                m.integer("nbf"),
                m.integer("exp"),
                m.integer("ovl"),
                m.texts("ndv"),
                m.integer("cmv"),
                m.text("rid"),
                roster,
                m.get("tre").map(TreeShare::of));
    }

    @Override
    public String toString() {
        return "GroupCredential[" + group + " epoch " + epoch + " for " + recipient + "]";
    }
}
