package org.sealpost.group;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;

/**
 * What the server lets an agent command.
 *
 * @param id unique among the server's delegations
 * @param agent absolute identity
 * @param key the agent's public key
 * @param groups absolute identifiers
 * @param verbs the verbs it may give
 * @param zones empty: all
 * @param senderIds its leaf in each group, by absolute identifier: the Sender ID that goes with its key under Group OSCORE
 * @param versions the version of each group's commander list that it was given under, the epoch in which somebody was taken off it last; a member that knows of a later one refuses it
 * @param notBefore epoch seconds
 * @param notAfter epoch seconds
 */
public record Delegation(
        String id,
        String agent,
        ECPublicKey key,
        List<String> groups,
        List<String> verbs,
        List<String> zones,
        Map<String, Long> senderIds,
        Map<String, Long> versions,
        long notBefore,
        long notAfter) {

    public Delegation {
        groups = List.copyOf(groups);
        verbs = List.copyOf(verbs);
        zones = List.copyOf(zones);
        senderIds = Map.copyOf(senderIds);
        versions = Map.copyOf(versions);
    }

    /** Signs with the delegation key, whose purpose certificate goes along; compact JWS, public. */
    public String sign(Es256Signer delegationKey, String keyId, String certificate) {
        var o = Json.object()
                .put("id", id)
                .put("agt", agent)
                .put("nbf", notBefore)
                .put("exp", notAfter);
        o.put("key", Jwk.print(key));
        groups.forEach(o.putArray("grp")::add);
        verbs.forEach(o.putArray("vrb")::add);
        zones.forEach(o.putArray("zon")::add);
        var leaves = o.putObject("sid");
        new TreeMap<>(senderIds).forEach(leaves::put);
        var lists = o.putObject("cmv");
        new TreeMap<>(versions).forEach(lists::put);
        return Jws.sign(delegationKey, Labels.TYPE_DELEGATION, keyId, Map.of("pct", certificate), Json.write(o));
    }

    /** Verifies the chain root, delegation key, delegation; not yet that it allows anything. 4103 when it does not hold. */
    public static Delegation verify(String compact, PublicKey root, long now) {
        byte[] payload = PurposeCertificate.verifyObject(
                Jws.parse(compact), Labels.TYPE_DELEGATION, Purpose.DELEGATION, root, now);
        Members m = Versioned.open(
                Json.read(payload),
                "a delegation",
                "id",
                "agt",
                "key",
                "grp",
                "vrb",
                "zon",
                "sid",
                "cmv",
                "nbf",
                "exp");
        return new Delegation(
                m.text("id"),
                m.text("agt"),
                Jwk.parse(m.text("key")),
                m.texts("grp"),
                m.texts("vrb"),
                m.texts("zon"),
                numbers(m, "sid"),
                numbers(m, "cmv"),
                m.integer("nbf"),
                m.integer("exp"));
    }

    private static Map<String, Long> numbers(Members m, String name) {
        Map<String, Long> numbers = new TreeMap<>();
        m.get(name)
                .filter(JsonNode::isObject)
                .ifPresent(o -> o.properties().forEach(e -> {
                    if (!e.getValue().isIntegralNumber() || !e.getValue().canConvertToLong()) {
                        throw new Refusal(
                                ResponseStatus.BAD_REQUEST, "a delegation names a leaf or a version that is no number");
                    }
                    numbers.put(e.getKey(), e.getValue().longValue());
                }));
        return numbers;
    }

    /** Refuses (4103) a command of this agent that the delegation does not allow now. */
    public void requireAllows(String group, Target target, String verb, long now) {
        if (now < notBefore || now > notAfter) {
            throw refused("has expired or is not valid yet: the server has to renew it");
        }
        if (!groups.contains(group)) {
            throw refused("does not name this group");
        }
        if (!verbs.contains(verb)) {
            throw refused("does not allow this verb: it needs the server's own signature");
        }
        if (!zones.isEmpty() && !(target instanceof Target.Zone zone && zones.contains(zone.name()))) {
            throw refused("does not reach this target: name one of its zones");
        }
    }

    /**
     * Refuses (4103) a delegation from before an agent was taken off the group's commander list: whoever still has a right got another one since.
     *
     * @param version of the list as of the newest epoch that is known
     */
    public void requireNotRevoked(String group, long version) {
        if (versions.getOrDefault(group, 0L) < version) {
            throw refused("was revoked with a later epoch: the server has to give another one");
        }
    }

    private static Refusal refused(String why) {
        return new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "the delegation " + why);
    }
}
