package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
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
import org.sealpost.oscore.cose.Cbor;

/**
 * The resources of a group manager (RFC 9594 section 4, draft-ietf-ace-key-groupcomm-oscore section 8), over the groups of this authority. Who is a member, and under which Sender ID, is decided by the authority as for everybody: to join is
 * to fetch, after proof of possession, what belongs to a membership.
 */
final class ManagerResources {
    /** What fits one datagram beside the OSCORE that is around it. */
    private static final int LARGEST = 6000;

    private final Vault vault;
    private final ManagerMaterial materials;
    private final ManagerRekeys rekeys;
    private final ManagerAdmission admission;

    ManagerResources(Vault vault, ManagerMaterial materials, ManagerRekeys rekeys, ManagerAdmission admission) {
        this.vault = vault;
        this.materials = materials;
        this.rekeys = rekeys;
        this.admission = admission;
    }

    /** A response, and what the application has to do. */
    record Reply(CoapMessage message, Optional<Wish> wish) {
        static Reply of(CoapMessage message) {
            return new Reply(message, Optional.empty());
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
            return Reply.of(ManagerAnswers.problem(failure));
        } catch (Refusal refusal) {
            return Reply.of(ManagerAnswers.problem(
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
        ManagerCaller caller = ManagerCaller.of(vault, identity, path.get(1));
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
                    case "verif-data" -> {
                        ManagerAnswers.require(request, Coap.GET);
                        ManagerAdmission.requireVerifier(caller);
                        yield ManagerAnswers.content(Groupcomm.FORMAT, materials.forVerifier(caller));
                    }
                    case "stale-sids" -> stale(caller, request);
                    case "num" -> {
                        ManagerAnswers.require(request, Coap.GET);
                        admission.requireMember(caller);
                        yield ManagerAnswers.content(
                                Groupcomm.FORMAT,
                                ManagerAnswers.single(materials.current(caller).number()));
                    }
                    case "active" -> {
                        ManagerAnswers.require(request, Coap.GET);
                        admission.requireMember(caller);
                        yield ManagerAnswers.content(Groupcomm.FORMAT_CBOR, ManagerAnswers.single(true));
                    }
                    case "policies" -> {
                        ManagerAnswers.require(request, Coap.GET);
                        admission.requireMember(caller);
                        yield ManagerAnswers.content(
                                Groupcomm.FORMAT, Cbor.map(Map.of(Groupcomm.POLICIES, ManagerMaterial.policies())));
                    }
                    default -> throw GroupcommFailure.notFound("there is no such resource");
                });
    }

    /** FETCH /ace-group: which groups these Gids are of. */
    private CoapMessage groups(CoapMessage request) {
        ManagerAnswers.require(request, Coap.FETCH);
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
                    names.add(ManagerCaller.name(group));
                    uris.add("/" + Groupcomm.ROOT + "/" + ManagerCaller.name(group));
                }
            });
        }
        Map<Long, Object> found = new TreeMap<>();
        found.put(Groupcomm.GID, gids);
        found.put(Groupcomm.GROUP_NAME, names);
        found.put(Groupcomm.GROUP_URI, uris);
        return ManagerAnswers.content(Groupcomm.FORMAT, Cbor.map(found));
    }

    private Reply group(ManagerCaller caller, CoapMessage request) {
        if (request.code() == Coap.POST) {
            return join(caller, request);
        }
        ManagerAnswers.require(request, Coap.GET);
        admission.requireMember(caller);
        return Reply.of(ManagerAnswers.content(Groupcomm.FORMAT, material(caller, Optional.empty(), true)));
    }

    private Reply join(ManagerCaller caller, CoapMessage request) {
        JoinRequest join = JoinRequest.parse(request.payload());
        if (!join.group().equals(ManagerCaller.name(caller.group()))) {
            throw GroupcommFailure.badRequest("the scope names another group than the path");
        }
        ManagerAdmission.requireRoles(caller, join.roles());
        Member member = caller.member()
                .orElseThrow(() -> GroupcommFailure.forbidden("that end point is not to be a member of this group"));
        AuthorityPart.requireLevel(caller.state().policy(), caller.peer().attestation());
        StateImage.Epoch epoch = materials.current(caller);
        Optional<StateImage.Node> before = admission.joined(caller);
        boolean silent = join.roles() == Groupcomm.MONITOR;
        if (!silent) {
            admission.requireCredential(caller, join, before.isPresent());
        }
        if (!silent && before.filter(n -> n.epoch() == epoch.number()).isPresent()) {
            // Its numbers may have been used, and its Sender ID is the only one it can have in this epoch.
            return new Reply(
                    ManagerAnswers.problem(GroupcommFailure.unavailable(
                            Groupcomm.NO_IDENTIFIER,
                            "this member joined in this epoch already: join again when the next one is there")),
                    Optional.of(new Wish("rekey", caller.group(), caller.identity())));
        }
        Map<Long, Object> answer = materials.parameters(caller, sender(join.roles(), member));
        join.wanted().ifPresent(wanted -> {
            List<Known> peers = known(caller).stream()
                    .filter(k -> CredentialFilter.of(wanted)
                            .map(f -> f.wants(k.id(), k.roles()))
                            .orElseGet(() -> relevant(k, join.roles())))
                    .toList();
            putPeers(answer, peers);
        });
        answer.put(Groupcomm.POLICIES, ManagerMaterial.policies());
        materials.putManager(answer, join.nonce());
        byte[] payload = ManagerMaterial.encoded(answer);
        vault.change(s -> s.authority
                .orElseThrow()
                .managed
                .put(
                        caller.key(),
                        new StateImage.Node(
                                join.roles(),
                                join.nonce(),
                                epoch.number(),
                                join.controlUri().flatMap(ManagerRekeys::usable))));
        List<CoapMessage.Option> options = Coap.path(
                Coap.LOCATION_PATH,
                List.of(Groupcomm.ROOT, ManagerCaller.name(caller.group()), "nodes", ManagerCaller.node(member)));
        options.add(new CoapMessage.Option(Coap.CONTENT_FORMAT, ManagerAnswers.FORMAT));
        return Reply.of(new CoapMessage(Coap.CREATED, options, payload));
    }

    private Reply node(ManagerCaller caller, List<String> path, CoapMessage request) {
        StateImage.Node node = admission.requireMember(caller);
        Member member = caller.member().orElseThrow();
        if (path.size() < 4 || !path.get(3).equals(ManagerCaller.node(member))) {
            throw GroupcommFailure.forbidden("a member reaches its own node alone");
        }
        boolean silent = node.roles() == Groupcomm.MONITOR;
        if (path.size() == 5) {
            if (!path.get(4).equals("cred")) {
                throw GroupcommFailure.notFound("there is no such resource");
            }
            ManagerAnswers.require(request, Coap.POST);
            if (silent) {
                throw GroupcommFailure.badRequest(Groupcomm.WRONG_ROLES, "a monitor has no credential");
            }
            JoinRequest update = JoinRequest.parse(request.payload());
            if (update.proof().filter(p -> p.length > 0).isEmpty()) {
                throw GroupcommFailure.badRequest(Groupcomm.WRONG_PROOF, "a credential comes with a proof");
            }
            admission.requireCredential(caller, update, true);
            return Reply.of(new CoapMessage(Coap.CHANGED, List.of(), new byte[0]));
        }
        return switch (request.code()) {
            case Coap.GET ->
                Reply.of(ManagerAnswers.content(
                        Groupcomm.FORMAT, material(caller, sender(node.roles(), member), false)));
            case Coap.POST -> {
                if (silent) {
                    throw GroupcommFailure.badRequest(Groupcomm.WRONG_ROLES, "a monitor has no Sender ID");
                }
                yield new Reply(
                        ManagerAnswers.problem(
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

    private CoapMessage credentials(ManagerCaller caller, CoapMessage request) {
        if (!caller.verifier()) {
            admission.requireMember(caller);
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
            ManagerAnswers.require(request, Coap.GET);
        }
        CredentialFilter chosen = filter;
        Map<Long, Object> answer = new TreeMap<>();
        answer.put(Groupcomm.VERSION, materials.current(caller).number());
        putPeers(
                answer,
                known(caller).stream()
                        .filter(k -> chosen.wants(k.id(), k.roles()))
                        .toList());
        return ManagerAnswers.content(Groupcomm.FORMAT, Cbor.map(answer));
    }

    private CoapMessage manager(ManagerCaller caller, CoapMessage request) {
        Map<Long, Object> answer = new TreeMap<>();
        if (request.code() == Coap.FETCH) {
            ManagerAdmission.requireVerifier(caller);
            materials.putManager(answer, JoinRequest.nonceAlone(request.payload()));
        } else {
            ManagerAnswers.require(request, Coap.GET);
            materials.putManager(answer, admission.requireMember(caller).nonce());
        }
        return ManagerAnswers.content(Groupcomm.FORMAT, Cbor.map(answer));
    }

    /** FETCH stale-sids: who left since a version, or nothing when that is too long ago to tell. */
    private CoapMessage stale(ManagerCaller caller, CoapMessage request) {
        ManagerAnswers.require(request, Coap.FETCH);
        admission.requireMember(caller);
        long since = Cbor.readInteger(request.payload())
                .filter(v -> v >= 0 && v < materials.current(caller).number())
                .orElseThrow(() -> GroupcommFailure.badRequest("a request is the number of an earlier version"));
        return rekeys.stale(caller.group(), since)
                .map(ids -> ManagerAnswers.content(Groupcomm.FORMAT_CBOR, Cbor.array(ids)))
                .orElseGet(() -> new CoapMessage(Coap.CONTENT, List.of(), new byte[0]));
    }

    /** The Sender ID of a member; none for who only listens. */
    private static Optional<Long> sender(long roles, Member member) {
        return Optional.of(member.leaf()).filter(leaf -> roles != Groupcomm.MONITOR);
    }

    private byte[] material(ManagerCaller caller, Optional<Long> sender, boolean policies) {
        Map<Long, Object> answer = materials.parameters(caller, sender);
        if (policies) {
            answer.put(Groupcomm.POLICIES, ManagerMaterial.policies());
        }
        byte[] payload = ManagerMaterial.encoded(answer);
        // Whoever fetched it has it.
        long epoch = materials.current(caller).number();
        if (admission.joined(caller).filter(n -> n.epoch() != epoch).isPresent()) {
            rekeys.confirmed(caller.group(), caller.identity(), epoch);
        }
        return payload;
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
    private List<Known> known(ManagerCaller caller) {
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
}
