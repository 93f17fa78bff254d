package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.ReplayWindow;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.GroupManagerKeys.DueRekey;
import org.sealpost.enclave.GroupManagerKeys.ManagerAnswer;
import org.sealpost.enclave.GroupManagerKeys.RekeyMessage;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.Coap;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Exchange;
import org.sealpost.oscore.OscoreContext;
import org.sealpost.oscore.OscoreFailure;
import org.sealpost.oscore.OscoreOption;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.ReceivedRequest;

/**
 * The OSCORE contexts between the server and its enrolled end points, as a group manager's. A request's number is on disk before it has an effect or an answer, so that no answer is protected twice under the request's nonce.
 */
final class ManagerPart {
    private static final AeadAlgorithm ALGORITHM = AeadAlgorithm.AES_CCM_16_64_128;
    private static final byte[] MANAGER = new byte[0];
    private static final int CLIENT_ID = 7;
    private static final int SECRET = 32;
    private static final int MAX_SESSIONS = 4096;
    private static final int MAX_EXCHANGES = 1024;
    private static final int SUCCESS = 2;

    private final Vault vault;
    private final ManagerResources resources;
    private final ManagerRekeys rekeys;
    private final Map<String, Session> sessions =
            Bounded.map(MAX_SESSIONS, s -> s.context().wipe());
    private final Map<String, Sent> sent = Bounded.map(MAX_EXCHANGES);
    private Map<String, List<String>> names = Map.of();
    private Set<String> indexed = Set.of();
    private long exchanges;

    private record Session(String identity, String keyId, OscoreContext context) {}

    private record Sent(String group, String member, long epoch, Session session, Exchange exchange) {}

    ManagerPart(Vault vault, Epochs epochs) {
        this.vault = vault;
        ManagerMaterial materials = new ManagerMaterial(vault, epochs);
        this.rekeys = new ManagerRekeys(vault, materials);
        this.resources = new ManagerResources(vault, materials, rekeys, new ManagerAdmission(vault, this::challenge));
    }

    ManagerAnswer answer(byte[] option, byte[] payload) {
        OscoreFailure.Reason why = OscoreFailure.Reason.UNKNOWN_CONTEXT;
        try {
            ProtectedMessage message = new ProtectedMessage(option, payload);
            Optional<byte[]> kid = OscoreOption.parse(option).kid();
            if (kid.isEmpty()) {
                why = OscoreFailure.Reason.MALFORMED;
            }
            for (Session session : kid.map(this::sessions).orElse(List.of())) {
                try {
                    return answered(session, session.context().openRequest(message));
                } catch (OscoreFailure failure) {
                    why = failure.reason();
                }
            }
        } catch (OscoreFailure failure) {
            why = failure.reason();
        }
        return new ManagerAnswer(why.code(), Optional.empty(), new byte[0], Optional.empty());
    }

    List<DueRekey> dueRekeys() {
        return rekeys.dueRekeys();
    }

    RekeyMessage rekey(String group, String member) {
        ManagerRekeys.Rekey rekey = rekeys.rekey(group, member);
        try {
            Session session = session(member);
            List<CoapMessage.Option> options = Coap.path(Coap.URI_PATH, rekey.path());
            options.add(new CoapMessage.Option(Coap.CONTENT_FORMAT, ManagerAnswers.FORMAT));
            OscoreContext.ProtectedRequest request = session.context()
                    .protectRequest(
                            new CoapMessage(Coap.POST, options, rekey.payload()),
                            vault.nextCounter("MANAGER " + session.keyId()),
                            false);
            String exchange = "g" + ++exchanges;
            sent.put(exchange, new Sent(group, member, rekey.epoch(), session, request.exchange()));
            return new RekeyMessage(
                    exchange, request.message().option(), request.message().payload());
        } finally {
            Wipe.octets(rekey.payload());
        }
    }

    String confirm(String exchange, byte[] option, byte[] payload) {
        Sent asked = Optional.ofNullable(sent.get(exchange))
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "nobody waits for that answer any more"));
        CoapMessage answer;
        try {
            answer = asked.session().context().openResponse(asked.exchange(), new ProtectedMessage(option, payload));
        } catch (OscoreFailure failure) {
            throw new Refusal(ResponseStatus.ESPRIM_BAD_MAC, "an answer to a rekeying message is not its client's");
        }
        sent.remove(exchange);
        if (answer.code() >>> 5 != SUCCESS) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a client did not take a group's new material");
        }
        rekeys.confirmed(asked.group(), asked.member(), asked.epoch());
        return exchange;
    }

    private ManagerAnswer answered(Session session, ReceivedRequest request) {
        vault.change(s -> {
            StateImage.Authority authority = s.authority.orElseThrow();
            authority.managerWindows.put(session.keyId(), session.context().window());
            if (authority.managerWindows.size() > 2 * authority.peers.size()) {
                // Of keys that were replaced.
                Set<String> current = authority.peers.values().stream()
                        .map(StateImage.Peer::keyId)
                        .collect(Collectors.toSet());
                authority.managerWindows.keySet().retainAll(current);
            }
            return session;
        });
        ManagerResources.Reply reply = resources.reply(session.identity(), request.message());
        try {
            ProtectedMessage answer = session.context().protectResponse(request, reply.message(), OptionalLong.empty());
            return new ManagerAnswer(
                    reply.message().outerCode(), Optional.of(answer.option()), answer.payload(), reply.wish());
        } finally {
            Wipe.octets(reply.message().payload());
        }
    }

    private List<Session> sessions(byte[] kid) {
        if (vault.state().authority.isEmpty()) {
            return List.of();
        }
        Map<String, StateImage.Peer> peers = vault.state().authority.get().peers;
        String name = HexFormat.of().formatHex(kid);
        // Who is not known may have been enrolled since.
        if (!names.getOrDefault(name, List.of()).stream().allMatch(peers::containsKey)
                || !names.containsKey(name) && !indexed.equals(peers.keySet())) {
            names = index(peers);
            indexed = Set.copyOf(peers.keySet());
        }
        return names.getOrDefault(name, List.of()).stream().map(this::session).toList();
    }

    private static Map<String, List<String>> index(Map<String, StateImage.Peer> peers) {
        Map<String, List<String>> all = new HashMap<>();
        peers.keySet()
                .forEach(identity -> all.computeIfAbsent(
                                HexFormat.of().formatHex(clientId(identity)), k -> new ArrayList<>())
                        .add(identity));
        return all;
    }

    private Session session(String identity) {
        StateImage.Peer peer = peer(identity);
        Session there = sessions.get(identity);
        if (there != null && there.keyId().equals(peer.keyId())) {
            return there;
        }
        byte[] secret = derive(peer, Labels.MANAGER_CONTEXT);
        try {
            vault.observed("manager-master-secret", identity, secret);
            ReplayWindow window = Optional.ofNullable(
                            vault.state().authority.orElseThrow().managerWindows.get(peer.keyId()))
                    .map(ReplayWindow::of)
                    .orElseGet(ReplayWindow::new);
            Session made = new Session(
                    identity,
                    peer.keyId(),
                    new OscoreContext(
                            ALGORITHM, secret, new byte[0], Optional.empty(), MANAGER, clientId(identity), window));
            Optional.ofNullable(sessions.put(identity, made))
                    .ifPresent(old -> old.context().wipe());
            return made;
        } finally {
            Wipe.octets(secret);
        }
    }

    private StateImage.Peer peer(String identity) {
        return Optional.ofNullable(vault.state().authority.orElseThrow().peers.get(identity))
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "that end point is not enrolled here"));
    }

    /** N_S: the same for client and manager without being sent, as an exporter's value would be. */
    private byte[] challenge(String identity) {
        return derive(peer(identity), Labels.MANAGER_CHALLENGE);
    }

    /** Sender ID of an end point: the first 7 octets of its identity's SHA-256. */
    private static byte[] clientId(String identity) {
        return Arrays.copyOf(Sha256.of(identity.getBytes(StandardCharsets.UTF_8)), CLIENT_ID);
    }

    private static byte[] derive(StateImage.Peer peer, String label) {
        return Hmac.hkdf(peer.pairwise(), new byte[0], (label + '\0').getBytes(StandardCharsets.UTF_8), SECRET);
    }
}
