package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.group.RosterEntry;

/** Everything a compartment remembers, as it is sealed on disk. Changed only inside {@link Vault#change}. */
public final class StateImage {
    static final int VERSION = 1;

    /** Version of this layout; another one is refused. */
    public int version = VERSION;

    /** How often this state was changed. */
    public long revision;

    /** How many runs told others something that a restored copy must not tell again; counted before the first such thing. */
    public long runs;

    /** Time that was authenticated last, epoch seconds: the clock is never believed to be earlier. */
    public long timeFloor;

    /** Upper ends of the blocks of IV counters that were reserved, by use, group and epoch. */
    public Map<String, Long> counters = new HashMap<>();

    /** The number of the last command this end point gave. */
    public long lastCommandId;

    public Optional<OwnKeys> own = Optional.empty();
    public Optional<Anchor> anchor = Optional.empty();

    /** Credentials of a member, by group. */
    public Map<String, Held> credentials = new LinkedHashMap<>();

    /** Commands that were accepted last, by commander. */
    public Map<String, Seen> commands = new HashMap<>();

    /** Delegations of an agent, newest last, compact JWS by id. */
    public Map<String, String> delegations = new LinkedHashMap<>();

    public Optional<Authority> authority = Optional.empty();

    /** The references of all key pairs that the compartment's custody has to keep; whoever adds one to the state adds it here. */
    List<byte[]> keyPairs() {
        List<byte[]> all = new ArrayList<>();
        own.ifPresent(o -> all.addAll(List.of(o.agreement(), o.signature())));
        authority.ifPresent(a -> {
            all.add(a.root);
            a.purposes.values().forEach(p -> all.add(p.scalar()));
        });
        return all;
    }

    /** Key pairs made for enrolment: references (see KeyCustody) and public JWKs, and what the secure environment says of itself, signed. */
    public record OwnKeys(
            String identity,
            byte[] agreement,
            byte[] signature,
            String agreementKey,
            String signatureKey,
            String attestation) {}

    /** What enrolment left: whom to trust, the keys shared with the server (the wrapping key by its reference), and when the package was made (epoch seconds). */
    public record Anchor(
            String server,
            String role,
            String keyId,
            byte[] pairwise,
            byte[] wrapping,
            String rootKeyId,
            String rootKey,
            long issuedAt) {}

    /** An epoch's secret (a member's: its reference) and when it stops opening commands (epoch seconds). */
    public record Epoch(long number, byte[] secret, long until) {}

    /** A member's credential: the current epoch and, within the overlap, the one before. */
    public record Held(
            Epoch current,
            Optional<Epoch> previous,
            long senderId,
            String zone,
            long notBefore,
            List<String> nonDelegable,
            List<RosterEntry> roster) {}

    /** The command accepted last from one commander: its number and digest, what is to be done, and the answer once there is one. */
    public record Seen(long id, byte[] digest, Optional<Pending> pending, Optional<String> acknowledgement) {}

    /** A command handed out for execution. */
    public record Pending(String group, long epoch, String target, String verb, Map<String, String> arguments) {}

    /** The server's side. */
    public static final class Authority {
        public String identity = "";
        public byte[] root = new byte[0];
        public String rootKey = "";
        public Map<String, PurposeKey> purposes = new HashMap<>();
        public Map<String, Peer> peers = new HashMap<>();
        public Map<String, Group> groups = new LinkedHashMap<>();
        public long delegations;
    }

    /** A purpose-specific signing key (its reference) with the root's certificate. */
    public record PurposeKey(byte[] scalar, String key, String certificate) {}

    /** An enrolled end point. */
    public record Peer(
            String identity,
            String role,
            int generation,
            String keyId,
            byte[] pairwise,
            byte[] wrapping,
            String signatureKey,
            Attestation attestation) {}

    /** A group at its authority; without an epoch until the first one is drawn. */
    public record Group(
            GroupPolicy policy,
            List<Member> members,
            Optional<Epoch> current,
            Optional<Epoch> previous,
            long notBefore,
            long overlap) {
        public Group {
            members = new ArrayList<>(members);
        }
    }
}
