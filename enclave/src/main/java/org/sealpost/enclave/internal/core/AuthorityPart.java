package org.sealpost.enclave.internal.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.WrappingAgreement;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.AuthorityKeys.AuthorityFacts;
import org.sealpost.enclave.AuthorityKeys.Delegation;
import org.sealpost.enclave.AuthorityKeys.EnrolledPeer;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.AuthorityKeys.EpochMaterial;
import org.sealpost.enclave.AuthorityKeys.EvictionPreview;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.ProvisionedPeer;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupCredential;
import org.sealpost.group.Purpose;
import org.sealpost.group.PurposeCertificate;
import org.sealpost.group.RekeyScheme;
import org.sealpost.group.RosterEntry;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.node.JsonNodeFactory;

/** The root of trust: purposes, peers, groups, epochs, delegations. */
final class AuthorityPart {
    /** The server's own sender id in every group; leaves are numbered from 1. */
    static final long SERVER_SENDER_ID = 0;

    /** How many numbers may be left out where members hold a later epoch than this state knows. */
    private static final long MAX_GAP = 1_000_000;

    private static final int PURPOSE_YEARS_IN_SECONDS = 10 * 365 * 86_400;

    private final Vault vault;
    private final Epochs epochs;
    private final CertificatePart certificates;
    private final TreePart trees;
    private final EndingPart endings;

    AuthorityPart(Vault vault, Epochs epochs, CertificatePart certificates, EndingPart endings) {
        this.vault = vault;
        this.epochs = epochs;
        this.certificates = certificates;
        this.trees = new TreePart(vault);
        this.endings = endings;
    }

    AuthorityFacts found(String identity) {
        EnrolmentPart.requireAbsolute(identity);
        StateImage.Authority authority = vault.state()
                .authority
                .orElseGet(() -> vault.change(s -> {
                    StateImage.Authority made = make(identity);
                    s.authority = Optional.of(made);
                    return made;
                }));
        if (!authority.identity.equals(identity)) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "this enclave is the authority " + authority.identity + ": use another state directory");
        }
        return new AuthorityFacts(identity, Jwk.thumbprint(Jwk.parse(authority.rootKey)), authority.rootKey);
    }

    EnrolledPeer enrol(EnrolmentRequest request, Role role) {
        StateImage.Authority authority = authority();
        EnrolmentPart.requireAbsolute(request.identity());
        ECPublicKey agreement = Jwk.parse(request.agreementKey());
        Attestation attestation = Statement.verify(request);
        requireOwnKey(authority, request);
        request.certificateKey().ifPresent(Jwk::parse);
        int generation = generation(authority, request.identity());
        String keyId = InnerPrimitives.nameOf(request.identity()) + ".espr" + generation + "@"
                + InnerPrimitives.domainOf(authority.identity);
        StateImage.Peer peer = new StateImage.Peer(
                request.identity(),
                role.name(),
                generation,
                keyId,
                vault.observed("pairwise-key", request.identity(), vault.randomOctets(EnrolmentPart.KEY)),
                vault.observed("wrapping-key", request.identity(), vault.randomOctets(EnrolmentPart.KEY)),
                request.signatureKey(),
                attestation);
        StateImage.Standing standing = new StateImage.Standing();
        standing.policy = Optional.ofNullable(vault.state().standings.get(peer.identity()))
                .flatMap(s -> s.policy);
        standing.certificateKey = request.certificateKey();
        standing.since = vault.now();
        boolean certified = standing.certificateKey.isPresent()
                && standing.policy
                        .map(RenewalKeys.PeerPolicy::mechanisms)
                        .orElse(List.of(RenewalKeys.CERTIFICATE))
                        .contains(RenewalKeys.CERTIFICATE);
        standing.mechanisms =
                certified ? List.of(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL) : List.of(RenewalKeys.EPHEMERAL);
        vault.change(s -> {
            s.standings.put(peer.identity(), standing);
            return s.authority.orElseThrow().peers.put(peer.identity(), peer);
        });
        Optional<String> certificate = certified
                ? Optional.of(certificates.issue(peer.identity(), standing.certificateKey.orElseThrow()))
                : Optional.empty();
        return new EnrolledPeer(peer.identity(), keyId, seal(authority(), peer, agreement, certificate), attestation);
    }

    /** Makes an end point a peer with a key that an MEF or MAF gave; inside of a change. */
    void provisioned(
            StateImage state, EnrolmentRequest request, Role role, String keyId, byte[] pairwise, byte[] wrapping) {
        StateImage.Authority authority = state.authority.orElseThrow();
        requireOwnKey(authority, request);
        int generation = generation(authority, request.identity());
        authority.peers.put(
                request.identity(),
                new StateImage.Peer(
                        request.identity(),
                        role.name(),
                        generation,
                        keyId,
                        pairwise,
                        wrapping,
                        request.signatureKey(),
                        Statement.verify(request)));
        StateImage.Standing standing = new StateImage.Standing();
        standing.policy =
                Optional.ofNullable(state.standings.get(request.identity())).flatMap(s -> s.policy);
        standing.since = vault.now();
        standing.mechanisms = List.of(RenewalKeys.EPHEMERAL);
        state.standings.put(request.identity(), standing);
        authority.given.merge(
                request.identity(),
                new StateImage.Given(keyId, ""),
                (old, fresh) -> new StateImage.Given(keyId, old.ended()));
    }

    /** A key that an MEF or MAF gave has ended; inside of a change. True when it was the one in use. */
    boolean ended(StateImage state, String identity, String keyId, String why) {
        StateImage.Authority authority = state.authority.orElseThrow();
        StateImage.Given given =
                Optional.ofNullable(authority.given.get(identity)).orElse(new StateImage.Given("", ""));
        boolean current = given.keyId().equalsIgnoreCase(keyId);
        authority.given.put(identity, new StateImage.Given(current ? "" : given.keyId(), why));
        if (current) {
            authority.peers.remove(identity);
            state.standings.remove(identity);
        }
        return current;
    }

    List<ProvisionedPeer> provisionedPeers() {
        StateImage.Authority authority = authority();
        return authority.given.entrySet().stream()
                .map(e -> new ProvisionedPeer(
                        e.getKey(),
                        authority.peers.containsKey(e.getKey()) ? e.getValue().keyId() : "",
                        e.getValue().ended(),
                        Optional.ofNullable(authority.peers.get(e.getKey())).map(StateImage.Peer::attestation)))
                .toList();
    }

    private static void requireOwnKey(StateImage.Authority authority, EnrolmentRequest request) {
        EnrolmentPart.requireAbsolute(request.identity());
        Jwk.parse(request.agreementKey());
        Jwk.parse(request.signatureKey());
        List<StateImage.Peer> others = authority.peers.values().stream()
                .filter(p -> !p.identity().equals(request.identity()))
                .toList();
        String name = InnerPrimitives.nameOf(request.identity());
        if (others.stream().anyMatch(p -> InnerPrimitives.nameOf(p.identity()).equals(name))) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "another end point is enrolled whose key id would be the same: give this one another name");
        }
        if (others.stream().anyMatch(p -> p.signatureKey().equals(request.signatureKey()))) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "another end point is enrolled with the same key: two devices must not share keys");
        }
    }

    private static int generation(StateImage.Authority authority, String identity) {
        return Optional.ofNullable(authority.peers.get(identity))
                .map(p -> p.generation() + 1)
                .orElse(1);
    }

    void revoke(String identity) {
        authority();
        vault.change(s -> {
            s.standings.remove(identity);
            return s.authority.orElseThrow().peers.remove(identity);
        });
    }

    void createGroup(String group, GroupPolicy policy) {
        authority();
        EnrolmentPart.requireAbsolute(group);
        endings.requireNotEnded(group);
        RekeyScheme.named(policy.scheme());
        vault.change(s -> s.authority
                .orElseThrow()
                .groups
                .merge(
                        group,
                        new StateImage.Group(
                                policy,
                                List.of(),
                                Optional.empty(),
                                Optional.empty(),
                                0,
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        (old, made) -> old.withPolicy(policy)));
    }

    EpochFacts newEpoch(String group, long fence, List<Member> members) {
        StateImage.Group old = group(group);
        long next = old.current().map(StateImage.Epoch::number).orElse(0L) + 1;
        if (fence < next || fence - next > MAX_GAP) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "the next epoch of this group is " + next + ", not " + fence + ": somebody else issued it");
        }
        return draw(group, old, fence, Leaves.given(old, members));
    }

    private EpochFacts draw(String group, StateImage.Group old, long number, Leaves leaves) {
        List<Member> members = leaves.members();
        boolean evicts = !members.stream()
                .map(Member::identity)
                .toList()
                .containsAll(old.members().stream().map(Member::identity).toList());
        StateImage.Commanders list = CommanderList.of(authority(), old, members, number);
        long overlap = evicts ? 0 : old.policy().overlapSeconds();
        long now = vault.now();
        long until = EndingPart.until(authority(), group, now, old.policy().lifetimeSeconds());
        Optional<TreePart.Drawn> block = RekeyScheme.named(old.policy().scheme())
                .tree()
                .map(scheme -> trees.draw(group, old, scheme, leaves, list, number, until));
        byte[] secret = vault.observed(
                "epoch-secret",
                group + " epoch " + number,
                block.map(TreePart.Drawn::secret).orElseGet(() -> vault.randomOctets(EpochKeys.SECRET_LENGTH)));
        return put(
                group,
                new StateImage.Group(
                        old.policy(),
                        members,
                        Optional.of(new StateImage.Epoch(number, secret, until)),
                        before(old, overlap, now),
                        now,
                        overlap,
                        Optional.of(leaves.next()),
                        Optional.of(list),
                        block.map(TreePart.Drawn::tree).or(() -> old.tree().map(StateImage.Tree::idle))));
    }

    /** The epoch that was current, for as long as it still opens commands. */
    private static Optional<StateImage.Epoch> before(StateImage.Group old, long overlap, long now) {
        return old.current()
                .filter(e -> overlap > 0)
                .map(e -> new StateImage.Epoch(e.number(), e.secret(), Math.min(now + overlap, e.until())));
    }

    EpochFacts admit(String group, List<Member> members) {
        StateImage.Group old = group(group);
        if (old.current().isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "this group has no epoch yet: draw one first");
        }
        StateImage.Epoch current = old.current().get();
        List<String> joining = members.stream().map(Member::identity).toList();
        List<Member> all = new ArrayList<>(old.members().stream()
                .filter(m -> !joining.contains(m.identity()))
                .toList());
        all.addAll(members);
        Leaves leaves = Leaves.given(old, all);
        StateImage.Commanders list = CommanderList.of(authority(), old, leaves.members(), current.number() + 1);
        if (list.version() > current.number()) {
            // An agent comes back with another key: the old one, which somebody else may have, ends for everybody.
            return draw(group, old, current.number() + 1, leaves);
        }
        boolean tree = RekeyScheme.named(old.policy().scheme()).tree().isPresent();
        if (!tree || leaves.next() == old.nextLeaf().orElse(0L)) {
            return put(
                    group,
                    new StateImage.Group(
                            old.policy(),
                            leaves.members(),
                            old.current(),
                            old.previous(),
                            old.notBefore(),
                            old.overlap(),
                            Optional.of(leaves.next()),
                            Optional.of(list),
                            old.tree()));
        }
        if (!trees.canRatchet(old, leaves)) {
            return draw(group, old, current.number() + 1, leaves);
        }
        long now = vault.now();
        long until = EndingPart.until(authority(), group, now, old.policy().lifetimeSeconds());
        TreePart.Drawn moved = trees.ratchet(group, old, until);
        vault.observed("epoch-secret", group + " epoch " + (current.number() + 1), moved.secret());
        long overlap = old.policy().overlapSeconds();
        return put(
                group,
                new StateImage.Group(
                        old.policy(),
                        leaves.members(),
                        Optional.of(new StateImage.Epoch(current.number() + 1, moved.secret(), until)),
                        before(old, overlap, now),
                        now,
                        overlap,
                        Optional.of(leaves.next()),
                        Optional.of(list),
                        Optional.of(moved.tree())));
    }

    List<Member> members(String group) {
        return List.copyOf(group(group).members());
    }

    Optional<EpochMaterial> material(String group) {
        return Optional.ofNullable(authority().groups.get(group)).flatMap(g -> TreePart.material(group, g));
    }

    Optional<String> blockCertificate() {
        return authority().blockKey.map(StateImage.BlockKey::certificate);
    }

    EvictionPreview preview(String group, List<String> identities) {
        StateImage.Group g = group(group);
        List<Member> rest = g.members().stream()
                .filter(m -> !identities.contains(m.identity()))
                .toList();
        long next = g.current().map(StateImage.Epoch::number).orElse(0L) + 1;
        return RekeyScheme.named(g.policy().scheme())
                .tree()
                .map(scheme -> trees.preview(group, g, scheme, Leaves.given(g, rest), next))
                .orElseGet(() -> new EvictionPreview(group, next, 0, 0, true));
    }

    void prepareGeneration(String group) {
        StateImage.Group g = group(group);
        boolean blocks = g.tree().filter(StateImage.Tree::active).isPresent();
        if (blocks && g.tree().get().next().isEmpty()) {
            put(group, g.withTree(trees.prepared(g, g.tree().get())));
        }
    }

    void everybodyIsLabelled(String group, long generation) {
        StateImage.Group g = group(group);
        g.tree()
                .filter(t -> t.next().filter(n -> n.number() == generation).isPresent())
                .ifPresent(t -> put(group, g.withTree(TreePart.everybody(t))));
    }

    Optional<EpochFacts> currentEpoch(String group) {
        return Optional.ofNullable(authority().groups.get(group)).flatMap(g -> facts(group, g));
    }

    /** The signed credential of a member, its secret wrapped for that member's enclave. */
    String credential(String member, String group, String nonce) {
        StateImage.Authority authority = authority();
        StateImage.Group g = group(group);
        StateImage.Epoch epoch = g.current()
                .orElseThrow(
                        () -> new Refusal(ResponseStatus.NOT_FOUND, "this group has no epoch yet: draw one first"));
        Member entry = g.members().stream()
                .filter(m -> m.identity().equals(member))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "that end point is not a member of the group"));
        StateImage.Peer peer = peer(member);
        requireLevel(g.policy(), peer.attestation());
        GroupCredential credential = new GroupCredential(
                group,
                epoch.number(),
                KeyWrap.wrap(peer.wrapping(), epoch.secret()),
                entry.leaf(),
                entry.zone(),
                member,
                g.notBefore(),
                epoch.until(),
                g.overlap(),
                g.policy().nonDelegableVerbs(),
                CommanderList.version(g),
                nonce,
                peer.role().equals(Role.AGENT.name()) ? roster(authority, g) : List.of(),
                trees.share(group, g, peer, entry));
        return sign(Purpose.CREDENTIAL, Labels.TYPE_CREDENTIAL, credential.encode());
    }

    static void requireLevel(GroupPolicy policy, Attestation attestation) {
        if (attestation.level() < policy.secureEnvironment()) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "the group asks for a secure environment of level " + policy.secureEnvironment()
                            + " and that end point's (" + attestation.kind() + ") is of level " + attestation.level()
                            + ": give it a better one and enrol it again, or take it out of the group");
        }
    }

    StateImage.Peer peer(String identity) {
        return Optional.ofNullable(authority().peers.get(identity))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "that end point is not enrolled here: enrol it first"));
    }

    Delegation delegate(String agent, List<String> groups, List<String> verbs, List<String> zones, long notAfter) {
        StateImage.Authority authority = authority();
        for (String group : groups) {
            GroupPolicy policy = group(group).policy();
            List<String> forbidden =
                    verbs.stream().filter(policy.nonDelegableVerbs()::contains).toList();
            if (!policy.agentIsMember() || !forbidden.isEmpty()) {
                throw new Refusal(
                        ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                        "the policy of a group does not let an agent give these verbs");
            }
        }
        Map<String, Long> leaves = leaves(agent, groups);
        Map<String, Long> versions = new HashMap<>();
        for (String name : groups) {
            CommanderList.requireOn(authority, group(name), agent);
            versions.put(name, CommanderList.version(group(name)));
        }
        long number = vault.change(s -> ++s.authority.orElseThrow().delegations);
        var delegation = new org.sealpost.group.Delegation(
                "d" + number,
                agent,
                Jwk.parse(peer(agent).signatureKey()),
                groups,
                verbs,
                zones,
                leaves,
                versions,
                vault.now(),
                notAfter);
        StateImage.PurposeKey key = purpose(authority, Purpose.DELEGATION);
        String signed = delegation.sign(
                vault.custody().signer(key.scalar()), Jwk.thumbprint(Jwk.parse(key.key())), key.certificate());
        return new Delegation(signed, CommanderPart.facts(delegation));
    }

    /** Takes an agent off a group's commander list or lets it back on. */
    void bar(String group, String agent, boolean barred) {
        StateImage.Group g = group(group);
        boolean done = g.commanders().filter(c -> c.barred().contains(agent)).isPresent() == barred;
        if (!done) {
            StateImage.Group changed = g.withCommanders(CommanderList.barring(authority(), g, agent, barred));
            vault.change(s -> s.authority.orElseThrow().groups.put(group, changed));
        }
    }

    /** An agent's leaf in each group: its Sender ID under Group OSCORE. */
    private Map<String, Long> leaves(String agent, List<String> groups) {
        Map<String, Long> leaves = new HashMap<>();
        for (String name : groups) {
            long leaf = group(name).members().stream()
                    .filter(m -> m.identity().equals(agent))
                    .findFirst()
                    .orElseThrow(() -> new Refusal(
                            ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                            "that agent is not a member of a group that it should command: admit it first"))
                    .leaf();
            leaves.put(name, leaf);
        }
        return leaves;
    }

    String signCheckpoint(long sequence, byte[] head) {
        return sign(Purpose.AUDIT, Labels.TYPE_CHECKPOINT, checkpoint(sequence, head));
    }

    boolean verifyCheckpoint(String checkpoint, long sequence, byte[] head) {
        try {
            byte[] payload = PurposeCertificate.verifyObject(
                    Jws.parse(checkpoint),
                    Labels.TYPE_CHECKPOINT,
                    Purpose.AUDIT,
                    Jwk.parse(authority().rootKey),
                    vault.now());
            return Arrays.equals(payload, checkpoint(sequence, head));
        } catch (Refusal refusal) {
            return false;
        }
    }

    StateImage.Authority authority() {
        return vault.state()
                .authority
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.OPERATION_NOT_ALLOWED,
                        "this enclave is not an authority: only the server's is"));
    }

    /** The devices among a group's members, with the keys that verify what they sign. */
    static List<RosterEntry> roster(StateImage.Authority authority, StateImage.Group group) {
        return group.members().stream()
                .flatMap(m -> Optional.ofNullable(authority.peers.get(m.identity())).stream()
                        .filter(p -> p.role().equals(Role.DEVICE.name()))
                        .map(p -> new RosterEntry(m.identity(), m.leaf(), m.zone(), p.signatureKey())))
                .toList();
    }

    private StateImage.Authority make(String identity) {
        StateImage.Authority made = new StateImage.Authority();
        KeyCustody.OwnKey root = vault.custody().generate("root", identity);
        made.identity = identity;
        made.root = root.reference();
        made.rootKey = Jwk.print(root.publicKey());
        String rootKeyId = Jwk.thumbprint(root.publicKey());
        for (Purpose purpose : Purpose.values()) {
            KeyCustody.OwnKey key = vault.custody().generate(purpose.use(), identity);
            long now = vault.now();
            String certificate = new PurposeCertificate(
                            purpose, key.publicKey(), now - 300, now + PURPOSE_YEARS_IN_SECONDS)
                    .sign(vault.custody().signer(root.reference()), rootKeyId);
            made.purposes.put(
                    purpose.use(), new StateImage.PurposeKey(key.reference(), Jwk.print(key.publicKey()), certificate));
        }
        return made;
    }

    private String seal(
            StateImage.Authority authority, StateImage.Peer peer, ECPublicKey recipient, Optional<String> certificate) {
        WrappingAgreement.Wrapped wrapping = WrappingAgreement.wrap(recipient, peer.wrapping(), vault.random());
        var o = JsonNodeFactory.instance
                .objectNode()
                .put("v", 1)
                .put("to", peer.identity())
                .put("srv", authority.identity);
        o.put("role", peer.role()).put("kid", peer.keyId()).put("root", authority.rootKey);
        o.put("iat", vault.now());
        o.put("kh", Base64Url.encode(Sha256.of(peer.pairwise())));
        o.put("epk", Jwk.print(wrapping.ephemeral())).put("wk", Base64Url.encode(wrapping.wrapped()));
        certificate.ifPresent(c -> o.put("crt", c));
        String rootKeyId = Jwk.thumbprint(Jwk.parse(authority.rootKey));
        String signed = Jws.sign(
                vault.custody().signer(authority.root),
                Labels.TYPE_ENROLMENT,
                rootKeyId,
                Map.of(),
                InnerPrimitives.CODEC.encodeTree(o));
        byte[] plaintext = ByteBuffer.allocate(EnrolmentPart.KEY + signed.length())
                .put(peer.pairwise())
                .put(signed.getBytes(StandardCharsets.US_ASCII))
                .array();
        try {
            return Jwe.sealTo(
                    Jwe.newHeader(Labels.TYPE_ENROLMENT_ENVELOPE, Jwk.thumbprint(recipient)),
                    recipient,
                    vault.random(),
                    plaintext);
        } finally {
            Wipe.octets(plaintext);
        }
    }

    private EpochFacts put(String group, StateImage.Group next) {
        vault.change(s -> {
            StateImage.Authority all = s.authority.orElseThrow();
            StateImage.Group old = all.groups.put(group, next);
            StaleLeaves.record(all, group, Optional.ofNullable(old), next);
            return next;
        });
        epochs.forget(group);
        return facts(group, next).orElseThrow();
    }

    private Optional<EpochFacts> facts(String group, StateImage.Group g) {
        return g.current()
                .map(e -> new EpochFacts(
                        group,
                        e.number(),
                        epochs.keys(group, e).keyCheckValue(),
                        g.notBefore(),
                        e.until(),
                        CommanderList.version(g)));
    }

    private StateImage.Group group(String group) {
        return Optional.ofNullable(authority().groups.get(group))
                .orElseThrow(
                        () -> new Refusal(ResponseStatus.NOT_FOUND, "there is no such group here: create it first"));
    }

    private String sign(Purpose purpose, String type, byte[] payload) {
        StateImage.PurposeKey key = purpose(authority(), purpose);
        return Jws.sign(
                vault.custody().signer(key.scalar()),
                type,
                Jwk.thumbprint(Jwk.parse(key.key())),
                Map.of("pct", key.certificate()),
                payload);
    }

    private static StateImage.PurposeKey purpose(StateImage.Authority authority, Purpose purpose) {
        return Objects.requireNonNull(authority.purposes.get(purpose.use()));
    }

    private static byte[] checkpoint(long sequence, byte[] head) {
        return InnerPrimitives.CODEC.encodeTree(JsonNodeFactory.instance
                .objectNode()
                .put("v", 1)
                .put("seq", sequence)
                .put("head", Base64Url.encode(head)));
    }
}
