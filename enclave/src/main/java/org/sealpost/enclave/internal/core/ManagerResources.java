package org.sealpost.enclave.internal.core;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.sealpost.e2e.Es256;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.GroupManagerKeys.DueRekey;
import org.sealpost.enclave.GroupManagerKeys.Wish;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.group.Purpose;
import org.sealpost.group.manager.CredentialFilter;
import org.sealpost.group.manager.Groupcomm;
import org.sealpost.group.manager.GroupcommFailure;
import org.sealpost.group.manager.JoinRequest;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.Coap;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.cose.Cbor;

/**
 * The resources of a group manager (RFC 9594 section 4, draft-ietf-ace-key-groupcomm-oscore section 8), over the groups of this authority. Who is a member, and under which Sender ID, is decided by the authority as for everybody: to join is
 * to fetch, after proof of possession, what belongs to a membership.
 */
final class ManagerResources {
    /** application/ace-groupcomm+cbor, as the value of a Content-Format option. */
    static final byte[] FORMAT = number(Groupcomm.FORMAT);

    private static final int CHECK_SECONDS = 3600;
    private static final int NONCE = 8;

    /** What fits one datagram beside the OSCORE that is around it. */
    private static final int LARGEST = 6000;

    private final Vault vault;
    private final Epochs epochs;
    private final Function<String, byte[]> challenge;

    /** @param challenge N_S of a client */
    ManagerResources(Vault vault, Epochs epochs, Function<String, byte[]> challenge) {
        this.vault = vault;
        this.epochs = epochs;
        this.challenge = challenge;
    }

    /** A response, and what the application has to do. */
    record Reply(CoapMessage message, Optional<Wish> wish) {
        static Reply of(CoapMessage message) {
            return new Reply(message, Optional.empty());
        }
    }

    /** A rekeying message. */
    record Rekey(long epoch, List<String> path, byte[] payload) {}

    /** A client at a group. */
    private record Caller(String identity, String group, StateImage.Group state, StateImage.Peer peer) {
        Optional<Member> member() {
            return state.members().stream()
                    .filter(m -> m.identity().equals(identity))
                    .findFirst();
        }

        boolean agent() {
            return peer.role().equals(Role.AGENT.name());
        }

        /** Whether it may check signatures without being a member. */
        boolean verifier() {
            return agent() && member().isEmpty();
        }

        String key() {
            return group + " " + identity;
        }
    }

    /** One whose credential others need. */
    private record Known(byte[] id, long roles, byte[] credential) {}

    /** Answers; never throws for what a client sends. */
    Reply reply(String identity, CoapMessage request) {
        try {
            Reply reply = dispatch(identity, request);
            if (reply.message().payload().length > LARGEST) {
                Wipe.octets(reply.message().payload());
                throw GroupcommFailure.badRequest("that is more than fits one answer: ask with get_creds for fewer");
            }
            return reply;
        } catch (GroupcommFailure failure) {
            return Reply.of(problem(failure));
        } catch (Refusal refusal) {
            return Reply.of(problem(
                    refusal.status() == ResponseStatus.NOT_FOUND
                            ? GroupcommFailure.notFound(refusal.sentence())
                            : GroupcommFailure.forbidden(refusal.sentence())));
        }
    }

    private Reply dispatch(String identity, CoapMessage request) {
        List<String> path = request.options().stream()
                .filter(o -> o.number() == Coap.URI_PATH)
                .map(o -> new String(o.value(), StandardCharsets.UTF_8))
                .toList();
        if (path.isEmpty() || !path.get(0).equals(Groupcomm.ROOT) || path.size() > 5) {
            throw GroupcommFailure.notFound("there is no such resource");
        }
        if (path.size() == 1) {
            return Reply.of(groups(request));
        }
        Caller caller = caller(identity, path.get(1));
        if (path.size() == 2) {
            return group(caller, request);
        }
        if (path.get(2).equals("nodes")) {
            return node(caller, path, request);
        }
        if (path.size() > 3) {
            throw GroupcommFailure.notFound("there is no such resource");
        }
        return Reply.of(
                switch (path.get(2)) {
                    case "creds" -> credentials(caller, request);
                    case "kdc-cred" -> manager(caller, request);
                    case "verif-data" -> verification(caller, request);
                    case "stale-sids" -> stale(caller, request);
                    case "num" -> {
                        require(request, Coap.GET);
                        requireMember(caller);
                        yield content(Groupcomm.FORMAT, single(current(caller).number()));
                    }
                    case "active" -> {
                        require(request, Coap.GET);
                        requireMember(caller);
                        yield content(Groupcomm.FORMAT_CBOR, single(true));
                    }
                    case "policies" -> {
                        require(request, Coap.GET);
                        requireMember(caller);
                        yield content(Groupcomm.FORMAT, Cbor.map(Map.of(Groupcomm.POLICIES, policies())));
                    }
                    default -> throw GroupcommFailure.notFound("there is no such resource");
                });
    }

    /** FETCH /ace-group: which groups these Gids are of. */
    private CoapMessage groups(CoapMessage request) {
        require(request, Coap.FETCH);
        Map<Long, Object> asked = Cbor.readMap(request.payload())
                .filter(m -> m.size() == 1 && m.get(Groupcomm.GID) instanceof List<?>)
                .orElseThrow(() -> GroupcommFailure.badRequest("a request is a CBOR map of gid, a list"));
        List<byte[]> gids = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> uris = new ArrayList<>();
        for (Object gid : (List<?>) asked.getOrDefault(Groupcomm.GID, List.of())) {
            if (!(gid instanceof byte[] octets)) {
                throw GroupcommFailure.badRequest("a gid is a byte string");
            }
            vault.state().authority.orElseThrow().groups.forEach((group, state) -> {
                boolean its = state.current()
                        .filter(e -> Arrays.equals(octets, OscoreMaterial.gid(group, e.number())))
                        .isPresent();
                if (its) {
                    gids.add(octets);
                    names.add(name(group));
                    uris.add("/" + Groupcomm.ROOT + "/" + name(group));
                }
            });
        }
        Map<Long, Object> found = new TreeMap<>();
        found.put(Groupcomm.GID, gids);
        found.put(Groupcomm.GROUP_NAME, names);
        found.put(Groupcomm.GROUP_URI, uris);
        return content(Groupcomm.FORMAT, Cbor.map(found));
    }

    private Reply group(Caller caller, CoapMessage request) {
        if (request.code() == Coap.POST) {
            return join(caller, request);
        }
        require(request, Coap.GET);
        requireMember(caller);
        return Reply.of(content(Groupcomm.FORMAT, material(caller, Optional.empty(), true)));
    }

    private Reply join(Caller caller, CoapMessage request) {
        JoinRequest join = JoinRequest.parse(request.payload());
        if (!join.group().equals(name(caller.group()))) {
            throw GroupcommFailure.badRequest("the scope names another group than the path");
        }
        requireRoles(caller, join.roles());
        Member member = caller.member()
                .orElseThrow(() -> GroupcommFailure.forbidden("that end point is not to be a member of this group"));
        AuthorityPart.requireLevel(caller.state().policy(), caller.peer().attestation());
        StateImage.Epoch epoch = current(caller);
        Optional<StateImage.Node> before = joined(caller);
        boolean silent = join.roles() == Groupcomm.MONITOR;
        if (!silent) {
            requireCredential(caller, join, before.isPresent());
        }
        if (!silent && before.filter(n -> n.epoch() == epoch.number()).isPresent()) {
            // Its numbers may have been used, and its Sender ID is the only one it can have in this epoch.
            return new Reply(
                    problem(GroupcommFailure.unavailable(
                            Groupcomm.NO_IDENTIFIER,
                            "this member joined in this epoch already: join again when the next one is there")),
                    Optional.of(new Wish("rekey", caller.group(), caller.identity())));
        }
        Map<Long, Object> answer = parameters(caller, sender(join.roles(), member));
        join.wanted().ifPresent(wanted -> {
            List<Known> peers = known(caller).stream()
                    .filter(k -> CredentialFilter.of(wanted)
                            .map(f -> f.wants(k.id(), k.roles()))
                            .orElseGet(() -> relevant(k, join.roles())))
                    .toList();
            putPeers(answer, peers);
        });
        answer.put(Groupcomm.POLICIES, policies());
        putManager(answer, join.nonce());
        byte[] payload = encoded(answer);
        vault.change(s -> s.authority
                .orElseThrow()
                .managed
                .put(
                        caller.key(),
                        new StateImage.Node(
                                join.roles(),
                                join.nonce(),
                                epoch.number(),
                                join.controlUri().flatMap(ManagerResources::usable))));
        List<CoapMessage.Option> options =
                Coap.path(Coap.LOCATION_PATH, List.of(Groupcomm.ROOT, name(caller.group()), "nodes", nodeName(member)));
        options.add(new CoapMessage.Option(Coap.CONTENT_FORMAT, FORMAT));
        return Reply.of(new CoapMessage(Coap.CREATED, options, payload));
    }

    private Reply node(Caller caller, List<String> path, CoapMessage request) {
        StateImage.Node node = requireMember(caller);
        Member member = caller.member().orElseThrow();
        if (path.size() < 4 || !path.get(3).equals(nodeName(member))) {
            throw GroupcommFailure.forbidden("a member reaches its own node alone");
        }
        boolean silent = node.roles() == Groupcomm.MONITOR;
        if (path.size() == 5) {
            if (!path.get(4).equals("cred")) {
                throw GroupcommFailure.notFound("there is no such resource");
            }
            require(request, Coap.POST);
            if (silent) {
                throw GroupcommFailure.badRequest(Groupcomm.WRONG_ROLES, "a monitor has no credential");
            }
            JoinRequest update = JoinRequest.parse(request.payload());
            if (update.proof().filter(p -> p.length > 0).isEmpty()) {
                throw GroupcommFailure.badRequest(Groupcomm.WRONG_PROOF, "a credential comes with a proof");
            }
            requireCredential(caller, update, true);
            return Reply.of(new CoapMessage(Coap.CHANGED, List.of(), new byte[0]));
        }
        return switch (request.code()) {
            case Coap.GET -> Reply.of(content(Groupcomm.FORMAT, material(caller, sender(node.roles(), member), false)));
            case Coap.POST -> {
                if (silent) {
                    throw GroupcommFailure.badRequest(Groupcomm.WRONG_ROLES, "a monitor has no Sender ID");
                }
                yield new Reply(
                        problem(
                                GroupcommFailure.unavailable(
                                        Groupcomm.NO_IDENTIFIER,
                                        "a member keeps its Sender ID; the group gets new material instead: ask for it in a moment")),
                        Optional.of(new Wish("rekey", caller.group(), caller.identity())));
            }
            case Coap.DELETE -> {
                vault.change(s -> s.authority.orElseThrow().managed.remove(caller.key()));
                yield new Reply(
                        new CoapMessage(Coap.DELETED, List.of(), new byte[0]),
                        Optional.of(new Wish("leave", caller.group(), caller.identity())));
            }
            default -> throw GroupcommFailure.notAllowed();
        };
    }

    private CoapMessage credentials(Caller caller, CoapMessage request) {
        if (!caller.verifier()) {
            requireMember(caller);
        }
        CredentialFilter filter = CredentialFilter.ALL;
        if (request.code() == Coap.FETCH) {
            Object wanted = Cbor.readMap(request.payload())
                    .filter(m -> m.size() == 1 && m.containsKey(Groupcomm.GET_CREDENTIALS))
                    .map(m -> (Object) m.get(Groupcomm.GET_CREDENTIALS))
                    .orElseThrow(() -> GroupcommFailure.badRequest("a request is a CBOR map of get_creds"));
            filter = CredentialFilter.of(wanted)
                    .orElseThrow(() -> GroupcommFailure.badRequest("whoever wants everybody's uses GET"));
        } else {
            require(request, Coap.GET);
        }
        CredentialFilter chosen = filter;
        Map<Long, Object> answer = new TreeMap<>();
        answer.put(Groupcomm.VERSION, current(caller).number());
        putPeers(
                answer,
                known(caller).stream()
                        .filter(k -> chosen.wants(k.id(), k.roles()))
                        .toList());
        return content(Groupcomm.FORMAT, Cbor.map(answer));
    }

    private CoapMessage manager(Caller caller, CoapMessage request) {
        Map<Long, Object> answer = new TreeMap<>();
        if (request.code() == Coap.FETCH) {
            requireVerifier(caller);
            putManager(answer, JoinRequest.nonceAlone(request.payload()));
        } else {
            require(request, Coap.GET);
            putManager(answer, requireMember(caller).nonce());
        }
        return content(Groupcomm.FORMAT, Cbor.map(answer));
    }

    private CoapMessage verification(Caller caller, CoapMessage request) {
        require(request, Coap.GET);
        requireVerifier(caller);
        OscoreMaterial material = oscore(caller);
        GroupContext context = new GroupContext(
                OscoreMaterial.ALGORITHMS,
                material.gid(),
                material.masterSecret(),
                material.masterSalt(),
                managerCredential().octets());
        byte[] key = vault.observed(
                "oscore-signature-encryption-key", caller.group() + " verifier", context.signatureEncryptionKey());
        try {
            Map<Long, Object> algorithms = new TreeMap<>();
            algorithms.put(Groupcomm.HKDF, Groupcomm.HKDF_SHA256);
            algorithms.put(Groupcomm.CONTEXT_ID, material.gid());
            putAlgorithms(algorithms);
            Map<Long, Object> answer = version(caller);
            answer.put(Groupcomm.KEY, algorithms);
            answer.put(Groupcomm.SIGNATURE_ENCRYPTION_KEY, key);
            return content(Groupcomm.FORMAT, Cbor.map(answer));
        } finally {
            Wipe.octets(key);
            context.wipe();
        }
    }

    /** FETCH stale-sids: who left since a version, or nothing when that is too long ago to tell. */
    private CoapMessage stale(Caller caller, CoapMessage request) {
        require(request, Coap.FETCH);
        requireMember(caller);
        long since = Cbor.readInteger(request.payload())
                .filter(v -> v >= 0 && v < current(caller).number())
                .orElseThrow(() -> GroupcommFailure.badRequest("a request is the number of an earlier version"));
        return stale(caller.group(), since)
                .map(ids -> content(Groupcomm.FORMAT_CBOR, Cbor.array(ids)))
                .orElseGet(() -> new CoapMessage(Coap.CONTENT, List.of(), new byte[0]));
    }

    private Optional<List<byte[]>> stale(String group, long since) {
        Map<Long, List<Long>> sets = vault.state().authority.orElseThrow().stale.getOrDefault(group, new TreeMap<>());
        if (!sets.containsKey(since)) {
            return Optional.empty();
        }
        TreeSet<Long> leaves = new TreeSet<>();
        sets.forEach((version, gone) -> {
            if (version >= since) {
                leaves.addAll(gone);
            }
        });
        return Optional.of(leaves.stream().map(OscoreMaterial::senderId).toList());
    }

    List<DueRekey> dueRekeys() {
        List<DueRekey> due = new ArrayList<>();
        vault.state()
                .authority
                .ifPresent(a -> a.managed.forEach((key, node) -> {
                    String group = key.substring(0, key.indexOf(' '));
                    String member = key.substring(key.indexOf(' ') + 1);
                    Optional<StateImage.Group> state = Optional.ofNullable(a.groups.get(group))
                            .filter(g -> a.peers.containsKey(member))
                            .filter(g -> g.members().stream()
                                    .anyMatch(m -> m.identity().equals(member)));
                    state.flatMap(StateImage.Group::current)
                            .filter(e -> e.number() > node.epoch())
                            .ifPresent(e -> node.controlUri()
                                    .ifPresent(uri -> due.add(new DueRekey(group, member, uri, e.number()))));
                }));
        return due;
    }

    Rekey rekey(String group, String member) {
        DueRekey due = dueRekeys().stream()
                .filter(d -> d.group().equals(group) && d.member().equals(member))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND, "nobody of that name waits for new material of that group"));
        Caller caller = caller(member, name(group));
        OscoreMaterial material = oscore(caller);
        try {
            Map<Long, Object> message = version(caller);
            message.put(Groupcomm.KEY, key(material));
            long relinquished =
                    vault.state().authority.orElseThrow().stale.getOrDefault(group, new TreeMap<>()).keySet().stream()
                            .max(Long::compare)
                            .orElse(due.epoch());
            message.put(Groupcomm.STALE_IDENTIFIERS, stale(group, relinquished).orElse(List.of()));
            return new Rekey(due.epoch(), segments(due.uri()), Cbor.map(message));
        } finally {
            material.wipe();
        }
    }

    void confirmed(String group, String member, long epoch) {
        String key = group + " " + member;
        vault.change(s -> s.authority
                .orElseThrow()
                .managed
                .computeIfPresent(
                        key, (k, node) -> new StateImage.Node(node.roles(), node.nonce(), epoch, node.controlUri())));
    }

    /** The Sender ID of a member; none for who only listens. */
    private static Optional<Long> sender(long roles, Member member) {
        return Optional.of(member.leaf()).filter(leaf -> roles != Groupcomm.MONITOR);
    }

    private byte[] material(Caller caller, Optional<Long> sender, boolean policies) {
        Map<Long, Object> answer = parameters(caller, sender);
        if (policies) {
            answer.put(Groupcomm.POLICIES, policies());
        }
        byte[] payload = encoded(answer);
        // Whoever fetched it has it.
        long epoch = current(caller).number();
        if (joined(caller).filter(n -> n.epoch() != epoch).isPresent()) {
            confirmed(caller.group(), caller.identity(), epoch);
        }
        return payload;
    }

    private Map<Long, Object> parameters(Caller caller, Optional<Long> sender) {
        OscoreMaterial material = oscore(caller);
        Map<Long, Object> key = key(material);
        sender.ifPresent(leaf -> key.put(Groupcomm.SENDER_ID, OscoreMaterial.senderId(leaf)));
        putAlgorithms(key);
        Map<Long, Object> answer = version(caller);
        answer.put(Groupcomm.KEY, key);
        return answer;
    }

    private static Map<Long, Object> key(OscoreMaterial material) {
        Map<Long, Object> key = new TreeMap<>();
        key.put(Groupcomm.MASTER_SECRET, material.masterSecret());
        key.put(Groupcomm.MASTER_SALT, material.masterSalt());
        key.put(Groupcomm.CONTEXT_ID, material.gid());
        return key;
    }

    /** Encodes what {@link #parameters} began, and overwrites the Master Secret in it. */
    private static byte[] encoded(Map<Long, Object> answer) {
        try {
            return Cbor.map(answer);
        } finally {
            if (answer.get(Groupcomm.KEY) instanceof Map<?, ?> key
                    && key.get(Groupcomm.MASTER_SECRET) instanceof byte[] secret) {
                Wipe.octets(secret);
            }
        }
    }

    private OscoreMaterial oscore(Caller caller) {
        StateImage.Epoch epoch = current(caller);
        OscoreMaterial material = OscoreMaterial.of(
                epochs.keys(caller.group(), epoch), caller.group(), epoch.number(), OscoreMaterial.ALGORITHMS);
        vault.observed("oscore-master-secret", caller.group() + " epoch " + epoch.number(), material.masterSecret());
        return material;
    }

    private Map<Long, Object> version(Caller caller) {
        StateImage.Epoch epoch = current(caller);
        Map<Long, Object> map = new TreeMap<>();
        map.put(Groupcomm.KEY_TYPE, Groupcomm.OSCORE_MATERIAL);
        map.put(Groupcomm.VERSION, epoch.number());
        map.put(Groupcomm.PROFILE, Groupcomm.OSCORE_PROFILE);
        map.put(Groupcomm.EXPIRES_AT, epoch.until());
        map.put(Groupcomm.EXPIRES_IN, Math.max(0, epoch.until() - vault.now()));
        return map;
    }

    private static void putAlgorithms(Map<Long, Object> key) {
        key.put(Groupcomm.CREDENTIAL_FORMAT, Groupcomm.CLAIMS_SET);
        key.put(
                Groupcomm.GROUP_ENCRYPTION,
                OscoreMaterial.ALGORITHMS.group().orElseThrow().id());
        key.put(
                Groupcomm.SIGNATURE,
                OscoreMaterial.ALGORITHMS.signature().orElseThrow().id());
        // ES256: keys of type EC2, on P-256.
        key.put(Groupcomm.SIGNATURE_PARAMETERS, List.of(List.of(2), List.of(2, 1)));
    }

    private static Map<Long, Object> policies() {
        Map<Long, Object> policies = new TreeMap<>();
        policies.put(Groupcomm.POLICY_CHECK_INTERVAL, CHECK_SECONDS);
        policies.put(Groupcomm.POLICY_EXPIRATION_DELTA, 0);
        return policies;
    }

    private void putManager(Map<Long, Object> answer, byte[] clientNonce) {
        byte[] nonce = vault.randomOctets(NONCE);
        answer.put(Groupcomm.MANAGER_CREDENTIAL, managerCredential().octets());
        answer.put(Groupcomm.MANAGER_NONCE, nonce);
        answer.put(
                Groupcomm.MANAGER_PROOF,
                vault.custody()
                        .signer(vault.state().authority.orElseThrow().root)
                        .sign(JoinRequest.managerProofInput(clientNonce, nonce)));
    }

    private Credential managerCredential() {
        StateImage.Authority all = vault.state().authority.orElseThrow();
        return Credential.of(all.identity, Jwk.parse(all.rootKey));
    }

    private static void putPeers(Map<Long, Object> answer, List<Known> peers) {
        answer.put(Groupcomm.CREDENTIALS, peers.stream().map(Known::credential).toList());
        answer.put(Groupcomm.PEER_ROLES, peers.stream().map(Known::roles).toList());
        answer.put(Groupcomm.PEER_IDENTIFIERS, peers.stream().map(Known::id).toList());
    }

    /** Whom a member with these roles exchanges messages with. */
    private static boolean relevant(Known peer, long roles) {
        boolean asks = (roles & Groupcomm.REQUESTER) != 0;
        boolean listens = (roles & (Groupcomm.RESPONDER | Groupcomm.MONITOR)) != 0;
        return asks && (peer.roles() & Groupcomm.RESPONDER) != 0
                || listens && (peer.roles() & Groupcomm.REQUESTER) != 0;
    }

    /** The server and all members that send: who commands is a requester, who is commanded a responder. */
    private List<Known> known(Caller caller) {
        StateImage.Authority all = vault.state().authority.orElseThrow();
        List<Known> known = new ArrayList<>();
        StateImage.PurposeKey command = java.util.Objects.requireNonNull(
                all.purposes.get(Purpose.COMMAND.use()), "an authority has a command key");
        known.add(new Known(
                OscoreMaterial.senderId(AuthorityPart.SERVER_SENDER_ID),
                Groupcomm.REQUESTER,
                Credential.of(all.identity, Jwk.parse(command.key())).octets()));
        for (Member member : caller.state().members()) {
            Optional<StateImage.Node> node =
                    Optional.ofNullable(all.managed.get(caller.group() + " " + member.identity()));
            boolean silent = node.filter(n -> n.roles() == Groupcomm.MONITOR).isPresent();
            Optional.ofNullable(all.peers.get(member.identity()))
                    .filter(p -> !silent)
                    .ifPresent(p -> known.add(new Known(
                            OscoreMaterial.senderId(member.leaf()),
                            node.map(StateImage.Node::roles)
                                    .orElse(
                                            p.role().equals(Role.AGENT.name())
                                                    ? Groupcomm.REQUESTER
                                                    : Groupcomm.RESPONDER),
                            Credential.of(p.identity(), Jwk.parse(p.signatureKey()))
                                    .octets())));
        }
        return known;
    }

    /** The credential is the one that belongs to the enrolled key, and its owner has proved it. */
    private void requireCredential(Caller caller, JoinRequest join, boolean member) {
        byte[] own = Credential.of(caller.identity(), Jwk.parse(caller.peer().signatureKey()))
                .octets();
        byte[] given = join.credential()
                .orElseThrow(() -> GroupcommFailure.badRequest(
                        Groupcomm.WRONG_CREDENTIAL, "who sends messages has a credential: give client_cred"));
        boolean known = given.length == 0 && member;
        if (!known && !Arrays.equals(given, own)) {
            throw GroupcommFailure.badRequest(
                    Groupcomm.WRONG_CREDENTIAL,
                    "a credential is the CWT Claims Set {2: identity, 8: {1: key}} of the key that was enrolled, octet for octet");
        }
        if (join.proof().isEmpty() && member) {
            return;
        }
        boolean proved = Es256.verifies(
                Jwk.parse(caller.peer().signatureKey()),
                join.proofInput(challenge.apply(caller.identity())),
                join.proof().orElse(new byte[0]));
        if (!proved) {
            throw GroupcommFailure.badRequest(
                    Groupcomm.WRONG_PROOF, "client_cred_verify is no signature of scope, N_S and cnonce by that key");
        }
    }

    private static void requireRoles(Caller caller, long roles) {
        boolean monitorToo = (roles & Groupcomm.MONITOR) != 0 && roles != Groupcomm.MONITOR;
        long known = Groupcomm.REQUESTER | Groupcomm.RESPONDER | Groupcomm.MONITOR;
        if (roles == 0 || (roles & ~known) != 0 || monitorToo) {
            throw GroupcommFailure.badRequest("roles to join with are requester, responder or both, or monitor alone");
        }
        if ((roles & Groupcomm.REQUESTER) != 0 && !caller.agent()) {
            throw GroupcommFailure.forbidden("a device is not let to command: join as responder or monitor");
        }
    }

    private static void requireVerifier(Caller caller) {
        if (!caller.verifier()) {
            throw GroupcommFailure.forbidden(
                    Groupcomm.VERIFIERS_ONLY, "this is for an agent that is no member and checks signatures");
        }
    }

    private StateImage.Node requireMember(Caller caller) {
        return joined(caller)
                .filter(n -> caller.member().isPresent())
                .orElseThrow(() ->
                        GroupcommFailure.forbidden(Groupcomm.MEMBERS_ONLY, "this is for members that have joined"));
    }

    private Optional<StateImage.Node> joined(Caller caller) {
        return Optional.ofNullable(vault.state().authority.orElseThrow().managed.get(caller.key()));
    }

    private StateImage.Epoch current(Caller caller) {
        return caller.state()
                .current()
                .filter(e -> vault.now() <= e.until())
                .orElseThrow(() -> GroupcommFailure.unavailable(
                        Groupcomm.NOT_ACTIVE, "the group has no epoch that is valid: the server has to draw one"));
    }

    private Caller caller(String identity, String name) {
        StateImage.Authority all = vault.state().authority.orElseThrow();
        List<String> groups =
                all.groups.keySet().stream().filter(g -> name(g).equals(name)).toList();
        if (groups.size() != 1) {
            throw GroupcommFailure.notFound("there is no group of that name");
        }
        String group = groups.get(0);
        return new Caller(
                identity,
                group,
                java.util.Objects.requireNonNull(all.groups.get(group)),
                java.util.Objects.requireNonNull(all.peers.get(identity)));
    }

    private static String name(String group) {
        return group.substring(group.lastIndexOf('/') + 1);
    }

    private static String nodeName(Member member) {
        return "n" + member.leaf();
    }

    /** A control URI that can be used: coap://HOST:PORT/PATH. */
    private static Optional<String> usable(String uri) {
        try {
            URI parsed = new URI(uri);
            boolean good = "coap".equals(parsed.getScheme())
                    && parsed.getHost() != null
                    && parsed.getPort() > 0
                    && parsed.getRawQuery() == null;
            return good ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException notOne) {
            return Optional.empty();
        }
    }

    private static List<String> segments(String uri) {
        return Arrays.stream(URI.create(uri).getPath().split("/", -1))
                .filter(s -> !s.isEmpty())
                .toList();
    }

    private static void require(CoapMessage request, int method) {
        if (request.code() != method) {
            throw GroupcommFailure.notAllowed();
        }
    }

    private static byte[] single(Object item) {
        byte[] alone = Cbor.array(List.of(item));
        return Arrays.copyOfRange(alone, 1, alone.length);
    }

    private static CoapMessage content(int format, byte[] payload) {
        return message(Coap.CONTENT, format, payload);
    }

    private static CoapMessage message(int code, int format, byte[] payload) {
        return new CoapMessage(code, List.of(new CoapMessage.Option(Coap.CONTENT_FORMAT, number(format))), payload);
    }

    private static CoapMessage problem(GroupcommFailure failure) {
        Map<Long, Object> problem = new LinkedHashMap<>();
        problem.put(Groupcomm.DETAIL, String.valueOf(failure.getMessage()));
        failure.error().ifPresent(id -> problem.put(Groupcomm.ERROR_ENTRY, Map.of(Groupcomm.ERROR_ID, id)));
        return message(failure.code(), Groupcomm.FORMAT_PROBLEM, Cbor.map(problem));
    }

    private static byte[] number(int value) {
        return value < 256 ? new byte[] {(byte) value} : new byte[] {(byte) (value >>> 8), (byte) value};
    }
}
