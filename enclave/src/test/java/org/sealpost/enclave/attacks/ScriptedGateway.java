package org.sealpost.enclave.attacks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.EndPointKeys;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;
import org.sealpost.onem2m.Serialization;

/**
 * The gateway of a {@link Building}: every message between its end points passes through its hands as octets, a script decides what becomes of it, and everything is recorded. The end
 * points behind it are the real ones, {@link EndPoint} over an enclave in this JVM; what their programs do beside that, act on a command, acknowledge, is done here, and counted.
 */
public final class ScriptedGateway {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final E2eSecInfo SUPPORTED = E2eSecInfo.of(List.of(13, 14));
    private static final Pattern COMPACT_JWE = Pattern.compile("eyJ[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*){4}");

    private final Building building;
    private final Map<String, Party> parties = new HashMap<>();
    private final Map<String, EndPoint> endPoints = new HashMap<>();
    private final List<Letter> recorded = new ArrayList<>();
    private final NonceRecorder nonces = new NonceRecorder();
    private final AtomicLong numbers = new AtomicLong();
    private final List<CommandVerdict.Execute> executed = new ArrayList<>();
    private final Map<String, Integer> refused = new HashMap<>();
    private final List<EndPointKeys.LaterEpoch> laterEpochs = new ArrayList<>();
    private final List<EndPointKeys.Confirmation> confirmations = new ArrayList<>();
    private Script script = Script.honest();

    public ScriptedGateway(Building building) {
        this.building = building;
        List.of(building.server, building.agent, building.door1, building.door2, building.sensor)
                .forEach(this::connect);
    }

    /** Puts a party behind this gateway, in place of the one with that identity. */
    public void connect(Party party) {
        parties.put(party.identity, party);
        reconnect(party.identity);
    }

    /** A party restarted: its program holds a new enclave. */
    public void reconnect(String identity) {
        EndPoint endPoint = EndPoint.of(identity, parties.get(identity).enclave, Runnable::run);
        endPoint.onLaterEpoch(laterEpochs::add);
        endPoint.onConfirmation(c -> CompletableFuture.completedFuture(confirmations.add(c)));
        endPoints.put(identity, endPoint);
    }

    /** From now on, letters are handled so. */
    public void follow(Script next) {
        script = next;
    }

    /** Everything that was handed to the gateway. */
    public List<Letter> recorded() {
        return List.copyOf(recorded);
    }

    public List<Letter> recorded(Letter.Kind kind) {
        return recorded.stream().filter(l -> l.kind() == kind).toList();
    }

    /** Fails on any IV that was used twice; all sealed objects that ever passed are looked at. */
    public NonceRecorder nonces() {
        return nonces;
    }

    /** Commands that members acted on. */
    public List<CommandVerdict.Execute> executed() {
        return List.copyOf(executed);
    }

    /** How many messages an end point refused so far, commands and requests. */
    public int refused(Party party) {
        return refused.getOrDefault(party.identity, 0);
    }

    /** Members that told the server of an epoch later than its own. */
    public List<EndPointKeys.LaterEpoch> laterEpochs() {
        return List.copyOf(laterEpochs);
    }

    /** Confirmations of credentials that members fetched. */
    public List<EndPointKeys.Confirmation> confirmations() {
        return List.copyOf(confirmations);
    }

    /** The whole push of a credential, as the server's delivery does it: RandObject, sealed credential, confirmation. */
    public OpenedResponse push(Party member, String group) {
        ResponsePrimitive offered = ask(building.server, member, new SecurityInfo.RandObjectRequest());
        String rand = randObject(offered)
                .orElseThrow(() -> new Refusal(offered.status(), "no RandObject: " + offered.sentence()));
        SealedRequest sealed = building.server.enclave.sealCredential(member.identity, Optional.of(rand), group);
        ResponsePrimitive answer = ask(building.server, member, new SecurityInfo.EsprimObject(sealed.esprimObject()));
        return building.server.enclave.openResponse(
                sealed.exchange(),
                esprimObject(answer).orElseThrow(() -> new Refusal(answer.status(), "no sealed answer")));
    }

    /** The whole pull of a credential, as a device's program does it. */
    public CompletionStage<EndPoint.Answer> pull(Party member, String group) {
        String name = member.identity.substring(member.identity.lastIndexOf('/') + 2);
        RequestPrimitive inner = RequestPrimitive.of(
                        Operation.RETRIEVE,
                        "/in-cse/cse-in/gcs/gw-north." + name + group.substring(group.lastIndexOf('/')) + "/la",
                        new Identifier(member.identity).spRelative("/").text(),
                        "p" + numbers.incrementAndGet())
                .build();
        return request(member, building.server, inner);
    }

    /** An ordinary inner request, end to end. */
    public CompletionStage<EndPoint.Answer> request(Party from, Party to, RequestPrimitive inner) {
        return endPoints.get(from.identity).request(to.identity, inner, new Way(from, to), true);
    }

    /** The gateway as the way to a peer, whose server publishes that it supports ESPrim. */
    private final class Way implements EndPoint.Route {
        private final Party from;
        private final Party to;

        Way(Party from, Party to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public CompletionStage<ResponsePrimitive> send(Content content) {
            return ScriptedGateway.this.send(from.identity, to.identity, outer(from, to, content));
        }

        @Override
        public CompletionStage<Optional<E2eSecInfo>> securityInfo() {
            return CompletableFuture.completedFuture(Optional.of(SUPPORTED));
        }
    }

    /** Sends an outer NOTIFY and waits for its answer; a refusal of the way comes as its response. */
    public ResponsePrimitive ask(Party from, Party to, SecurityInfo info) {
        RequestPrimitive outer = outer(from, to, info.toContent());
        return send(from.identity, to.identity, outer)
                .exceptionally(failure -> ResponsePrimitive.refused(refusal(failure), outer.requestId()))
                .toCompletableFuture()
                .join();
    }

    /** Brings a command to each of these members. */
    public void command(Party commander, String envelope, List<Party> members) {
        members.forEach(m -> hand(Letter.Kind.COMMAND, commander.identity, m.identity, ascii(envelope)));
    }

    /** Brings a reading to its readers. */
    public void reading(Party from, String envelope, List<Party> readers) {
        readers.forEach(r -> hand(Letter.Kind.READING, from.identity, r.identity, ascii(envelope)));
    }

    /** Delivers a letter, now, whatever the script says: a replay, or something of the gateway's own making. */
    public Optional<ResponsePrimitive> inject(Letter letter) {
        return switch (letter.kind()) {
            case REQUEST -> Optional.of(receive(letter));
            case RESPONSE -> Optional.empty();
            case COMMAND -> {
                obey(letter);
                yield Optional.empty();
            }
            case ACKNOWLEDGEMENT, READING -> {
                open(letter);
                yield Optional.empty();
            }
        };
    }

    private CompletionStage<ResponsePrimitive> send(String from, String to, RequestPrimitive outer) {
        List<ResponsePrimitive> answers = new ArrayList<>();
        for (Letter letter : carry(Letter.Kind.REQUEST, from, to, JSON.encode(outer))) {
            if (letter.kind() != Letter.Kind.REQUEST) {
                inject(letter);
                continue;
            }
            ResponsePrimitive response = receive(letter);
            for (Letter back : carry(Letter.Kind.RESPONSE, letter.to(), from, JSON.encode(response))) {
                if (back.kind() == Letter.Kind.RESPONSE && back.to().equals(from)) {
                    decode(back).ifPresent(answers::add);
                } else {
                    inject(back);
                }
            }
        }
        return answers.isEmpty()
                ? CompletableFuture.failedFuture(
                        new Refusal(ResponseStatus.TARGET_NOT_REACHABLE, "no answer came back"))
                : CompletableFuture.completedFuture(answers.get(0));
    }

    private Optional<ResponsePrimitive> decode(Letter response) {
        try {
            return Optional.of(JSON.decodeResponse(response.octets()));
        } catch (Refusal damaged) {
            return Optional.empty();
        }
    }

    private ResponsePrimitive receive(Letter letter) {
        EndPoint endPoint = endPoints.get(letter.to());
        try {
            RequestPrimitive outer = JSON.decodeRequest(letter.octets());
            String requester = outer.from()
                    .map(f -> new Identifier(f)
                            .absolute("sealpost.example", "/gw-north")
                            .text())
                    .orElse(letter.from());
            ResponsePrimitive response = endPoint.receive(outer, requester, inner(letter.to()))
                    .toCompletableFuture()
                    .join();
            count(letter.to(), response.status().successful());
            return response;
        } catch (Refusal refusal) {
            count(letter.to(), false);
            return ResponsePrimitive.refused(refusal, "unknown");
        }
    }

    /** The server seals credentials that are asked for; others take no inner requests. */
    private EndPoint.InnerHandler inner(String identity) {
        Party party = parties.get(identity);
        return new EndPoint.InnerHandler() {
            @Override
            public Optional<String> sealedAnswer(RequestPrimitive inner, String peer, String exchange) {
                if (!party.identity.equals(building.server.identity)
                        || !inner.to().endsWith("/la")) {
                    return Optional.empty();
                }
                String[] path = inner.to().split("/");
                String group = party.identity + "/cse-in/" + path[path.length - 2];
                return Optional.of(party.enclave.sealCredentialResponse(exchange, inner.requestId(), group));
            }

            @Override
            public CompletionStage<ResponsePrimitive> handle(RequestPrimitive inner, String peer) {
                return CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, inner.requestId()));
            }
        };
    }

    private void hand(Letter.Kind kind, String from, String to, byte[] octets) {
        carry(kind, from, to, octets).forEach(this::inject);
    }

    private List<Letter> carry(Letter.Kind kind, String from, String to, byte[] octets) {
        Letter letter = new Letter(numbers.incrementAndGet(), kind, from, to, octets);
        recorded.add(letter);
        COMPACT_JWE.matcher(letter.text()).results().forEach(m -> nonces.see(m.group()));
        return script.carry(letter);
    }

    private void obey(Letter letter) {
        Party member = parties.get(letter.to());
        CommandVerdict verdict = member.enclave.openCommand(letter.text());
        count(letter.to(), !(verdict instanceof CommandVerdict.Refused));
        if (verdict instanceof CommandVerdict.Execute execute) {
            executed.add(execute);
            String ack = member.enclave.acknowledge(execute.command(), "done", "");
            hand(Letter.Kind.ACKNOWLEDGEMENT, member.identity, execute.commander(), ascii(ack));
        } else if (verdict instanceof CommandVerdict.Duplicate duplicate) {
            duplicate
                    .acknowledgement()
                    .ifPresent(ack ->
                            hand(Letter.Kind.ACKNOWLEDGEMENT, member.identity, duplicate.commander(), ascii(ack)));
        }
    }

    private void open(Letter letter) {
        Party reader = parties.get(letter.to());
        try {
            if (letter.kind() == Letter.Kind.READING) {
                reader.enclave.openReading(letter.text());
            } else {
                reader.enclave.openAcknowledgement(letter.text());
            }
            count(letter.to(), true);
        } catch (Refusal refusal) {
            count(letter.to(), false);
        }
    }

    private void count(String identity, boolean accepted) {
        if (!accepted) {
            refused.merge(identity, 1, Integer::sum);
        }
    }

    private RequestPrimitive outer(Party from, Party to, Content content) {
        return RequestPrimitive.of(
                        Operation.NOTIFY,
                        new Identifier(to.identity).spRelative("/").text(),
                        new Identifier(from.identity).spRelative("/").text(),
                        "o" + numbers.incrementAndGet())
                .content(content)
                .build();
    }

    /** The RandObject in a response. */
    public static Optional<String> randObject(ResponsePrimitive response) {
        return info(response)
                .filter(SecurityInfo.RandObjectResponse.class::isInstance)
                .map(i -> ((SecurityInfo.RandObjectResponse) i).randObject());
    }

    /** The ESPrim Object in a response. */
    public static Optional<String> esprimObject(ResponsePrimitive response) {
        return info(response)
                .filter(SecurityInfo.EsprimObject.class::isInstance)
                .map(i -> ((SecurityInfo.EsprimObject) i).object());
    }

    private static Optional<SecurityInfo> info(ResponsePrimitive response) {
        return response.content()
                .filter(c -> c.name().equals(Content.SECURITY_INFO))
                .map(SecurityInfo::of);
    }

    private static Refusal refusal(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause instanceof Refusal refusal
                ? refusal
                : new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, String.valueOf(cause.getMessage()));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
