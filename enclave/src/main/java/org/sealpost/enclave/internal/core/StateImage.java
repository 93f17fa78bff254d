package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.provisioning.ClientState;
import org.sealpost.e2e.provisioning.FunctionState;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.DataKeys;
import org.sealpost.enclave.RenewalKeys;
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

    /** Upper end of the numbers that were reserved for commands of this end point. */
    public long lastCommandId;

    public Optional<OwnKeys> own = Optional.empty();
    public Optional<Anchor> anchor = Optional.empty();

    /** Credentials of a member, by group. */
    public Map<String, Held> credentials = new LinkedHashMap<>();

    /** Groups that the server has ended, with the number of the end, oldest first. */
    public Map<String, Long> ended = new LinkedHashMap<>();

    /** Commands that were accepted last, by commander. */
    public Map<String, Seen> commands = new HashMap<>();

    /** Delegations of an agent, newest last, compact JWS by id. */
    public Map<String, String> delegations = new LinkedHashMap<>();

    /** What the server says of commanders, for Group OSCORE: delegations by id and the certificate of its command key, compact JWS. */
    public Map<String, String> commanderProofs = new LinkedHashMap<>();

    /** Which numbers were received under Group OSCORE, by Gid and Sender ID. */
    public Map<String, org.sealpost.e2e.ReplayWindow.State> oscoreWindows = new LinkedHashMap<>();

    /** Key pairs and keys for ESData, and other end points' public ones. */
    public Optional<DataOwn> dataOwn = Optional.empty();

    public Map<String, SymmetricDataKey> dataKeys = new HashMap<>();
    public Map<String, DataKeys.DataPeer> dataPeers = new HashMap<>();
    /** Agreed keys and how the one in use came to be, by peer. */
    public Map<String, Standing> standings = new HashMap<>();

    /** The key of this end point's certificate. */
    public Optional<CertificateKey> certificateKey = Optional.empty();

    /** Pairwise keys that a MAF distributed, by key id. */
    public Map<String, DistributedKey> distributed = new LinkedHashMap<>();

    public Optional<Authority> authority = Optional.empty();

    /** A pairwise key from a MAF; when it came and when it ends, in epoch seconds. */
    public record DistributedKey(String keyId, String peer, byte[] pairwise, long since, long notAfter) {
        PairwiseKey key() {
            return new PairwiseKey(keyId, pairwise, RenewalKeys.DISTRIBUTED, since, notAfter);
        }
    }

    /** The key that manufacturers' packages are sealed to. */
    public Optional<ManufactureKey> manufacture = Optional.empty();

    /** MEFs and MAFs that this end point is a client of, by FQDN. */
    public Map<String, ClientState> functions = new LinkedHashMap<>();

    /** The certificate that this device left the factory with. */
    public Optional<DeviceCertificate> device = Optional.empty();

    /** What an MEF has for clients with certificates. */
    public Optional<FunctionCertificate> functionCertificate = Optional.empty();

    /** The MEF or MAF that this compartment is. */
    public Optional<FunctionState> function = Optional.empty();

    /**
     * A manufacturer's device certificate; without a chain until the manufacturer's authority gave it.
     *
     * @param name hardware that it names, as in {@link org.sealpost.e2e.tls.CertificateName}
     */
    public record DeviceCertificate(String name, CertificateKey key) {}

    /** An MEF's authority, its FQDN certificate by it, and whose device certificates it takes. */
    public record FunctionCertificate(
            CertificateRoot root, CertificateKey own, RenewalKeys.CertificateTrust manufacturers) {}

    /** A key pair: its reference and public JWK. */
    public record ManufactureKey(byte[] reference, String key) {}

    /** Own key pairs for data: private scalars and public JWKs. */
    public record DataOwn(
            String identity, byte[] agreement, byte[] signature, String agreementKey, String signatureKey) {}

    /** A symmetric key for data, by Credential-ID. */
    public record SymmetricDataKey(String use, byte[] key) {}

    /** The references of all key pairs that the compartment's custody has to keep; whoever adds one to the state adds it here. */
    List<byte[]> keyPairs() {
        List<byte[]> all = new ArrayList<>();
        own.ifPresent(o -> all.addAll(List.of(o.agreement(), o.signature())));
        certificateKey.ifPresent(c -> all.add(c.scalar()));
        device.ifPresent(d -> all.add(d.key().scalar()));
        functionCertificate.ifPresent(
                f -> all.addAll(List.of(f.root().scalar(), f.own().scalar())));
        manufacture.ifPresent(m -> all.add(m.reference()));
        authority.ifPresent(a -> {
            all.add(a.root);
            a.purposes.values().forEach(p -> all.add(p.scalar()));
            a.certificates.ifPresent(c -> all.add(c.scalar()));
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
            long issuedAt) {
        Anchor withKey(String nextId, byte[] next) {
            return new Anchor(server, role, nextId, next, wrapping, rootKeyId, rootKey, issuedAt);
        }
    }

    /**
     * A pairwise key.
     *
     * @param origin how it came to be, as in {@link org.sealpost.enclave.RenewalKeys}
     * @param since when it was agreed on, epoch seconds
     * @param until end of validity, epoch seconds; 0: none
     */
    public record PairwiseKey(String keyId, byte[] key, String origin, long since, long until) {}

    /** What is known of the keys with one peer. The key in use itself lies with the peer (at the authority) or the anchor. */
    public static final class Standing {
        /** Of the key in use. */
        public String origin = RenewalKeys.ENROLMENT;

        public long since;
        public long until;

        /** The highest number of an offer that was made (authority) or answered (device). */
        public long number;

        /** Keys agreed on and not proved yet, by way of renewal; at the authority one at most. */
        public Map<String, PairwiseKey> pending = new LinkedHashMap<>();

        /** Ways of renewal that the peer can go, as it said under protection. */
        public List<String> mechanisms = new ArrayList<>();

        public Optional<RenewalKeys.PeerPolicy> policy = Optional.empty();

        /** At the authority: the key that the peer's certificate is for, and the end of the newest that was issued. */
        public Optional<String> certificateKey = Optional.empty();

        public long certificateUntil;
    }

    /** The key of a certificate (its reference), its public JWK, the certificates (own first) and trusted authorities, DER. */
    public record CertificateKey(byte[] scalar, String key, List<byte[]> chain, List<byte[]> anchors) {
        public CertificateKey {
            chain = List.copyOf(chain);
            anchors = List.copyOf(anchors);
        }
    }

    /** An epoch's secret (a member's: its reference) and when it stops opening commands (epoch seconds). */
    public record Epoch(long number, byte[] secret, long until) {}

    /**
     * A member's credential: the current epoch and, within the overlap, the one before.
     *
     * @param commanders version of the commander list as of the current epoch; empty in a state from before it was kept
     */
    public record Held(
            Epoch current,
            Optional<Epoch> previous,
            long senderId,
            String zone,
            long notBefore,
            List<String> nonDelegable,
            List<RosterEntry> roster,
            Optional<Long> commanders,
            Optional<HeldTree> tree) {}

    /**
     * What a member opens blocks with. The secrets of epochs that came by blocks are in the state themselves, not by reference.
     *
     * @param blockKey Ed25519 public key that is certified for blocks
     * @param blockKeyUntil end of its certificate, epoch seconds
     * @param block hash of the newest block that is known, and its epoch
     * @param overlap the policy's, in seconds
     * @param coverage whom that block let in: bounds of ranges of leaves; empty when not known
     */
    public record HeldTree(
            byte[] blockKey,
            long blockKeyUntil,
            long blockEpoch,
            byte[] block,
            long overlap,
            List<Integer> coverage,
            List<HeldLabels> labels) {
        public HeldTree {
            coverage = List.copyOf(coverage);
            labels = List.copyOf(labels);
        }
    }

    /** A member's labels of one generation. */
    public record HeldLabels(String scheme, int height, long generation, byte[] labels) {}

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

        /** Groups that are no more, with the number of the end. */
        public Map<String, Long> ended = new LinkedHashMap<>();

        /** Times beyond which no epoch of a group is valid, epoch seconds. */
        public Map<String, Long> limits = new HashMap<>();

        /** What an MEF or MAF gave, by identity. */
        public Map<String, Given> given = new HashMap<>();

        /** Clients of the group manager that joined, by group and identity with a space between. */
        public Map<String, Node> managed = new LinkedHashMap<>();

        /** Which numbers the group manager received, by id of the pairwise key. */
        public Map<String, org.sealpost.e2e.ReplayWindow.State> managerWindows = new HashMap<>();

        /** Whose leaves a group left behind with an epoch, for the last of them. */
        public Map<String, java.util.TreeMap<Long, List<Long>>> stale = new HashMap<>();

        /** The key that signs blocks, once one was needed. */
        public Optional<BlockKey> blockKey = Optional.empty();

        /** The authority for certificates, once one was needed. */
        public Optional<CertificateRoot> certificates = Optional.empty();

        public Optional<RenewalKeys.CertificateTrust> trust = Optional.empty();
    }

    /**
     * A client of the group manager.
     *
     * @param roles permission set of its scope
     * @param nonce N_C of its request
     * @param epoch whose material it got last
     * @param controlUri where new material may be sent
     */
    public record Node(long roles, byte[] nonce, long epoch, Optional<String> controlUri) {}

    /**
     * The key that an MEF or MAF gave last for an end point; renewals replace the key in use, not this.
     *
     * @param keyId empty when it ended
     * @param ended why one ended last; empty when none did
     */
    public record Given(String keyId, String ended) {}

    /** An Ed25519 seed, its public key, and the root's certificate for it. */
    public record BlockKey(byte[] seed, byte[] key, String certificate) {}

    /** A key that signs certificates (its reference), and its own certificate, DER. */
    public record CertificateRoot(byte[] scalar, byte[] certificate) {}

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
            Attestation attestation) {
        Peer withKey(String nextId, byte[] next) {
            return new Peer(identity, role, generation, nextId, next, wrapping, signatureKey, attestation);
        }
    }

    /**
     * A group at its authority; without an epoch until the first one is drawn.
     *
     * @param nextLeaf the lowest number that was never given to anybody; empty before the first
     * @param commanders who may command under delegations; empty before the first epoch and in a state from before it was kept
     */
    public record Group(
            GroupPolicy policy,
            List<Member> members,
            Optional<Epoch> current,
            Optional<Epoch> previous,
            long notBefore,
            long overlap,
            Optional<Long> nextLeaf,
            Optional<Commanders> commanders,
            Optional<Tree> tree) {
        public Group {
            members = new ArrayList<>(members);
        }

        Group withPolicy(GroupPolicy changed) {
            return new Group(changed, members, current, previous, notBefore, overlap, nextLeaf, commanders, tree);
        }

        Group withTree(Tree changed) {
            return new Group(
                    policy, members, current, previous, notBefore, overlap, nextLeaf, commanders, Optional.of(changed));
        }

        Group withCommanders(Commanders changed) {
            return new Group(
                    policy, members, current, previous, notBefore, overlap, nextLeaf, Optional.of(changed), tree);
        }
    }

    /**
     * The agents that may command a group under delegations.
     *
     * @param version epoch in which somebody was taken off last, or got another key; 0: none
     * @param list public JWK of each, by absolute identity
     * @param barred agents that are members and may not command
     */
    public record Commanders(long version, Map<String, String> list, List<String> barred) {
        public Commanders {
            list = new java.util.TreeMap<>(list);
            barred = List.copyOf(barred);
        }
    }

    /**
     * A group's tree at its authority.
     *
     * @param next the generation that is prepared
     * @param block the newest block, encoded; empty when the group has gone over to a scheme without blocks
     * @param notice the newest one after it, encoded; empty when there is none
     * @param commanderVersion version of the commander list in the newest block
     * @param commanders that list's hash
     */
    public record Tree(
            Generation using,
            Optional<Generation> next,
            long blockEpoch,
            byte[] block,
            byte[] notice,
            long commanderVersion,
            byte[] commanders) {
        Tree withNext(Optional<Generation> prepared) {
            return new Tree(using, prepared, blockEpoch, block, notice, commanderVersion, commanders);
        }

        /** Whether the group goes by its blocks. */
        boolean active() {
            return block.length > 0;
        }

        Tree idle() {
            return new Tree(using, next, blockEpoch, new byte[0], new byte[0], commanderVersion, commanders);
        }
    }

    /**
     * A generation of a tree: one secret that all labels come from.
     *
     * @param retired leaves whose holders had left before it began: nobody has their labels, and nobody gets them
     * @param since when it was prepared or begun, epoch seconds
     * @param everybody whether all members were found to hold labels of it
     */
    public record Generation(
            String scheme, int height, long number, byte[] secret, List<Long> retired, long since, boolean everybody) {
        public Generation {
            retired = List.copyOf(retired);
        }
    }
}
