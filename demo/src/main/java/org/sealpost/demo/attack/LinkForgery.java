package org.sealpost.demo.attack;

import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.group.Command;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.group.Target;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.Serialization;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.PrivateKey;
import org.sealpost.oscore.ProtectedMessage;
import tools.jackson.databind.JsonNode;

/**
 * A captured member on the link: it has every key that the members of a group share, knows every public key, and its own private key, unless that lies in a token. What it lacks is a commander's.
 */
public final class LinkForgery {
    private static final long FAR_AHEAD = 500_000;

    private final Insider insider;
    private final Credential manager;
    private final String group;
    private final long epoch;
    private long sequence = FAR_AHEAD;

    /**
     * A forger in one epoch.
     *
     * @param rootKey the server's, which every member knows
     */
    public LinkForgery(Insider insider, ECPublicKey rootKey, String server, String group, long epoch) {
        this.insider = insider;
        this.group = group;
        this.epoch = epoch;
        this.manager = Credential.of(server, rootKey);
    }

    /** Who commands, as the group's members know it. */
    public record Agent(String identity, ECPublicKey key, long leaf) {}

    /** Reads commands that passed the hops with the group's key, until one brings this agent's delegation. */
    public Optional<Agent> read(List<String> envelopes, String identity) {
        for (String envelope : envelopes) {
            try {
                Optional<String> delegation =
                        Jws.parse(insider.signedCommand(envelope, group)).delegation();
                if (delegation.isPresent()) {
                    JsonNode said = PrimitiveCodec.of(Serialization.JSON)
                            .decodeTree(Jws.parse(delegation.get()).payload());
                    if (said.path("agt").asString("").equals(identity)) {
                        return Optional.of(new Agent(
                                identity,
                                Jwk.parse(said.path("key").asString("")),
                                said.path("sid").path(group).asLong()));
                    }
                }
            } catch (Refusal | IllegalStateException another) {
                // of an epoch that it never held
            }
        }
        return Optional.empty();
    }

    /** "open" under the agent's Sender ID and with its credential, signed with what {@link Insider#signsWith} says. */
    public ProtectedMessage inTheNameOf(Agent agent) {
        return message(agent.leaf(), Credential.of(agent.identity(), agent.key()), agent.identity());
    }

    /** "open" under its own Sender ID. */
    public ProtectedMessage inItsOwnName(long leaf) {
        return message(
                leaf,
                Credential.of(insider.identity(), publicKey(Jwk.scalar(insider.signatureKey()))),
                insider.identity());
    }

    private ProtectedMessage message(long leaf, Credential credential, String commander) {
        OscoreMaterial material =
                OscoreMaterial.of(insider.keys(group, epoch), group, epoch, OscoreMaterial.ALGORITHMS);
        GroupContext context = new GroupContext(
                OscoreMaterial.ALGORITHMS,
                material.gid(),
                material.masterSecret(),
                material.masterSalt(),
                manager.octets());
        long now = System.currentTimeMillis() / 1000;
        Command open =
                new Command(1L << 50, group, epoch, new Target.All(), "open", Map.of(), commander, now, now + 60);
        GroupMember.Identity identity = new GroupMember.Identity(
                OscoreMaterial.senderId(leaf), new PrivateKey.P256(Jwk.scalar(insider.signatureKey())), credential);
        return new GroupMember(context, identity, kid -> Optional.empty())
                .protectRequest(
                        new CoapMessage(
                                0x02,
                                List.of(new CoapMessage.Option(11, "cmd".getBytes(StandardCharsets.US_ASCII))),
                                open.encode()),
                        sequence++)
                .message();
    }

    private static ECPublicKey publicKey(byte[] scalar) {
        return Jwk.fromPoint(CustomNamedCurves.getByName("P-256")
                .getG()
                .multiply(BigIntegers.fromUnsignedByteArray(scalar))
                .normalize()
                .getEncoded(false));
    }
}
