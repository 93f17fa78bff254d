package org.sealpost.enclave.internal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.EndPointKeys;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;
import org.sealpost.onem2m.Serialization;

/** The glue between outer NOTIFYs and the enclave's calls. */
public final class DefaultEndPoint implements EndPoint {
    private static final PrimitiveCodec CODEC = PrimitiveCodec.of(Serialization.JSON);

    private final String identity;
    private final EndPointKeys enclave;
    private final Executor enclaveCalls;
    private final UnauthenticatedErrors retries = new UnauthenticatedErrors(System::nanoTime);
    private volatile Consumer<EndPointKeys.Installation> installations = installation -> {};
    private volatile Function<EndPointKeys.Confirmation, CompletionStage<?>> confirmations = DefaultEndPoint::done;
    private volatile Consumer<EndPointKeys.LaterEpoch> laterEpochs = later -> {};

    private volatile KeySource keySource = wanted -> done(false);

    public DefaultEndPoint(String identity, EndPointKeys enclave, Executor enclaveCalls) {
        this.identity = identity;
        this.enclave = enclave;
        this.enclaveCalls = enclaveCalls;
    }

    @Override
    public void onInstallation(Consumer<EndPointKeys.Installation> listener) {
        installations = listener;
    }

    @Override
    public void onConfirmation(Function<EndPointKeys.Confirmation, CompletionStage<?>> listener) {
        confirmations = listener;
    }

    @Override
    public void onLaterEpoch(Consumer<EndPointKeys.LaterEpoch> listener) {
        laterEpochs = listener;
    }

    @Override
    public void onWantedKey(KeySource source) {
        keySource = source;
    }

    @Override
    public CompletionStage<ResponsePrimitive> receive(RequestPrimitive outer, String requester, InnerHandler inner) {
        return call(() -> securityInfo(outer))
                .thenCompose(info -> answer(outer, requester, info, inner))
                .exceptionally(failure -> refused(outer, failure));
    }

    @Override
    public CompletionStage<Answer> request(String peer, RequestPrimitive inner, Route route, boolean unshared) {
        byte[] octets = CODEC.encode(inner);
        return call(() -> enclave.hasSession(peer))
                .thenCompose(has -> has
                        ? done(Optional.<String>empty())
                        : begin(route, unshared).thenApply(Optional::of))
                .thenCompose(object -> attempt(peer, octets, route, object)
                        .exceptionallyCompose(failure -> startsOver(peer, failure)
                                ? randObject(route)
                                        .thenCompose(fresh -> attempt(peer, octets, route, Optional.of(fresh)))
                                : CompletableFuture.failedFuture(cause(failure))))
                .thenCompose(opened -> finish(opened, route))
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        retries.authenticated(peer);
                    }
                });
    }

    @Override
    public CompletionStage<Void> confirm(String peer, String group, Route route) {
        return call(() -> enclave.hasSession(peer))
                .thenCompose(has -> has
                        ? done(Optional.<String>empty())
                        : begin(route, false).thenApply(Optional::of))
                .thenCompose(object -> confirmation(group, route, object)
                        .exceptionallyCompose(failure -> startsOver(peer, failure)
                                ? randObject(route).thenCompose(fresh -> confirmation(group, route, Optional.of(fresh)))
                                : CompletableFuture.failedFuture(cause(failure))))
                .thenAccept(answer -> {
                    retries.authenticated(peer);
                    requireTaken(answer);
                });
    }

    private CompletionStage<OpenedResponse> confirmation(String group, Route route, Optional<String> object) {
        return call(() -> enclave.sealConfirmation(group, object)).thenCompose(request -> exchange(request, route));
    }

    @Override
    public Map<String, Long> unauthenticatedErrors() {
        return retries.counts();
    }

    /** What an outer NOTIFY carries; it belongs to no group request (TS-0001 table 11.4.2-1). */
    private static SecurityInfo securityInfo(RequestPrimitive outer) {
        if (outer.groupRequestId().isPresent()) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "an end-to-end secured message is for one end point, not for a group");
        }
        return SecurityInfo.of(
                outer.content().orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "a NOTIFY has no Content")));
    }

    private CompletionStage<ResponsePrimitive> answer(
            RequestPrimitive outer, String requester, SecurityInfo info, InnerHandler inner) {
        if (info instanceof SecurityInfo.RandObjectRequest) {
            return call(() -> enclave.receiverRandObject(requester))
                    .thenApply(object -> ok(outer, new SecurityInfo.RandObjectResponse(object)));
        }
        if (info instanceof SecurityInfo.EsprimObject object) {
            return open(object.object()).thenCompose(opened -> answer(outer, opened, inner));
        }
        if (info instanceof SecurityInfo.KeyEstablishment establishment) {
            return call(() -> enclave.answerKeyEstablishment(requester, establishment.message()))
                    .thenApply(message -> ok(outer, new SecurityInfo.KeyEstablishment(message.message())));
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "a RandObject came without being asked for");
    }

    /** Opens a request; under a key that is not known, once more when a MAF gave it. */
    private CompletionStage<OpenedRequest> open(String object) {
        return call(() -> enclave.openRequest(object)).thenCompose(opened -> {
            boolean unknown = opened instanceof OpenedRequest.Refused refused
                    && refused.status() == ResponseStatus.ESPRIM_UNKNOWN_KEY_ID.code();
            return unknown ? openWithFetchedKey(object, opened) : done(opened);
        });
    }

    private CompletionStage<OpenedRequest> openWithFetchedKey(String object, OpenedRequest refused) {
        return call(() -> enclave.wantedKey(object))
                .thenCompose(wanted -> wanted.isPresent() ? keySource.fetch(wanted.get()) : done(false))
                .thenCompose(there -> there ? call(() -> enclave.openRequest(object)) : done(refused));
    }

    private CompletionStage<ResponsePrimitive> answer(
            RequestPrimitive outer, OpenedRequest opened, InnerHandler inner) {
        if (opened instanceof OpenedRequest.Answered answered) {
            answered.installation().ifPresent(installations);
            return answered.confirmation()
                    .<CompletionStage<?>>map(confirmations)
                    .orElseGet(() -> done(answered))
                    .thenApply(recorded -> sealed(outer, answered.sealedResponse()));
        }
        if (opened instanceof OpenedRequest.Later later) {
            laterEpochs.accept(later.held());
            return done(sealed(outer, later.sealedResponse()));
        }
        if (opened instanceof OpenedRequest.Refused refused) {
            ResponsePrimitive plain = ResponsePrimitive.refused(
                    new Refusal(ResponseStatus.of(refused.status()), refused.sentence()), outer.requestId());
            return done(refused.sealedResponse()
                    .map(object -> plain.withContent(new SecurityInfo.EsprimObject(object).toContent()))
                    .orElse(plain));
        }
        OpenedRequest.Inner request = (OpenedRequest.Inner) opened;
        RequestPrimitive decoded = CODEC.decodeRequest(request.innerRequest());
        return call(() -> inner.sealedAnswer(decoded, request.peer(), request.exchange()))
                .thenCompose(ready ->
                        ready.isPresent() ? done(sealed(outer, ready.get())) : process(outer, request, decoded, inner));
    }

    private CompletionStage<ResponsePrimitive> process(
            RequestPrimitive outer, OpenedRequest.Inner request, RequestPrimitive decoded, InnerHandler inner) {
        CompletionStage<ResponsePrimitive> handled;
        try {
            handled = inner.handle(decoded, request.peer());
        } catch (RuntimeException failure) {
            handled = CompletableFuture.failedFuture(failure);
        }
        return handled.exceptionally(failure -> refused(decoded, failure))
                .thenCompose(response -> call(() -> enclave.sealResponse(request.exchange(), CODEC.encode(response))))
                .thenApply(object -> sealed(outer, object));
    }

    /** What a session begins with (TS-0003 8.4.2 B.2): the shared object where there is one, else one for us. */
    private CompletionStage<String> begin(Route route, boolean unshared) {
        return route.securityInfo().thenCompose(found -> {
            E2eSecInfo info = found.filter(E2eSecInfo::supportsEsprim)
                    .orElseThrow(() -> new Refusal(
                            ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                            "the peer does not say that it supports ESPrim, and nothing weaker is used"));
            return unshared || info.sharedObject().isEmpty()
                    ? randObject(route)
                    : done(info.sharedObject().get());
        });
    }

    private CompletionStage<OpenedResponse> attempt(String peer, byte[] inner, Route route, Optional<String> object) {
        return call(() -> enclave.sealRequest(peer, object, inner)).thenCompose(request -> exchange(request, route));
    }

    private CompletionStage<OpenedResponse> exchange(EndPointKeys.SealedRequest sealed, Route route) {
        return route.send(new SecurityInfo.EsprimObject(sealed.esprimObject()).toContent())
                .thenCompose(response -> {
                    Optional<String> object = response.content()
                            .filter(c -> c.name().equals(Content.SECURITY_INFO))
                            .map(SecurityInfo::of)
                            .filter(SecurityInfo.EsprimObject.class::isInstance)
                            .map(info -> ((SecurityInfo.EsprimObject) info).object());
                    if (object.isEmpty()) {
                        throw new Refusal(
                                response.status().successful() ? ResponseStatus.BAD_REQUEST : response.status(),
                                "the peer answered without protection: " + response.sentence());
                    }
                    return call(() -> enclave.openResponse(sealed.exchange(), object.get()));
                })
                .thenApply(opened -> {
                    if (opened instanceof OpenedResponse.Refused refused) {
                        throw new Refusal(ResponseStatus.of(refused.status()), refused.sentence());
                    }
                    return opened;
                });
    }

    /** Asks the peer for a receiverESPrimRandObject (TS-0003 8.4.2 B.2d to B.2f). */
    private CompletionStage<String> randObject(Route route) {
        return route.send(new SecurityInfo.RandObjectRequest().toContent()).thenApply(response -> {
            if (!response.status().successful()) {
                throw new Refusal(response.status(), "the peer gave no RandObject: " + response.sentence());
            }
            return response.content()
                    .map(SecurityInfo::of)
                    .filter(SecurityInfo.RandObjectResponse.class::isInstance)
                    .map(info -> ((SecurityInfo.RandObjectResponse) info).randObject())
                    .orElseThrow(
                            () -> new Refusal(ResponseStatus.BAD_REQUEST, "the peer's answer holds no RandObject"));
        });
    }

    private CompletionStage<Answer> finish(OpenedResponse opened, Route route) {
        if (opened instanceof OpenedResponse.Installed installed) {
            String group = installed.installation().group();
            return call(() -> enclave.sealConfirmation(group, Optional.empty()))
                    .thenCompose(request -> exchange(request, route))
                    .thenApply(answer -> {
                        requireTaken(answer);
                        return new Answer.Installed(installed.installation());
                    });
        }
        if (opened instanceof OpenedResponse.Inner response) {
            return done(new Answer.Inner(CODEC.decodeResponse(response.innerResponse())));
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "the peer answered an ordinary request with something else");
    }

    /** The server may refuse a confirmation: because its own epoch is older, or because this state is a restored copy. */
    private static void requireTaken(OpenedResponse answer) {
        ResponsePrimitive response = answer instanceof OpenedResponse.Inner inner
                ? CODEC.decodeResponse(inner.innerResponse())
                : ResponsePrimitive.of(ResponseStatus.BAD_REQUEST, "");
        if (!response.status().successful()) {
            throw new Refusal(response.status(), "the confirmation was refused: " + response.sentence());
        }
    }

    /** Whether an error may be answered by a new session: it can't be told from a forged one, so that is all it can do. */
    private boolean startsOver(String peer, Throwable failure) {
        return cause(failure) instanceof Refusal refusal && retries.allowed(peer, refusal.status());
    }

    private ResponsePrimitive sealed(RequestPrimitive outer, String object) {
        return ok(outer, new SecurityInfo.EsprimObject(object));
    }

    private static ResponsePrimitive ok(RequestPrimitive outer, SecurityInfo info) {
        return ResponsePrimitive.of(ResponseStatus.OK, outer.requestId(), info.toContent());
    }

    private static ResponsePrimitive refused(RequestPrimitive request, Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof Refusal refusal) {
            return ResponsePrimitive.refused(refusal, request.requestId());
        }
        String sentence = cause instanceof EnclaveUnavailable
                ? "the secure environment does not answer now: try again later"
                : "the end point failed";
        return ResponsePrimitive.refused(
                new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, sentence), request.requestId());
    }

    private <T> CompletionStage<T> call(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, enclaveCalls);
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    @Override
    public String toString() {
        return "EndPoint[" + identity + "]";
    }
}
