package org.sealpost.enclave;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;

/**
 * The program's side of ESPrim: takes {@code m2m:seci} off outer NOTIFYs, hands the sealed part to the enclave and puts the enclave's
 * sealed answer back. Holds no secret. Used by server, agent and device. Thread-safe.
 */
public interface EndPoint {
    /**
     * An end point over its enclave.
     *
     * @param identity this end point, absolute
     * @param enclaveCalls runs the enclave's (blocking) calls
     */
    static EndPoint of(String identity, EndPointKeys enclave, Executor enclaveCalls) {
        return new org.sealpost.enclave.internal.DefaultEndPoint(identity, enclave, enclaveCalls);
    }

    /**
     * Answers an outer NOTIFY that carries {@code m2m:seci}: type 3 with a RandObject, type 5 by opening it, letting {@code inner}
     * process an ordinary inner request, and sealing its response. Error cases follow TS-0004 table 7.6.2-1.
     *
     * @param requester absolute identity that the outer {@code fr} claims; binds the RandObject only, is never trusted
     */
    CompletionStage<ResponsePrimitive> receive(RequestPrimitive outer, String requester, InnerHandler inner);

    /**
     * Sends an inner request to a peer end to end and brings its verified inner response: obtains a RandObject if there is no
     * session, seals, sends, opens; on 4113, 4114 and 4115 starts over with a new session once. Fails with a
     * {@link org.sealpost.onem2m.Refusal} otherwise.
     *
     * @param peer absolute identity
     * @param outer sends an outer NOTIFY whose Content is filled in; the caller knows {@code to}, {@code fr} and the route
     */
    CompletionStage<Answer> request(
            String peer,
            RequestPrimitive inner,
            Function<org.sealpost.onem2m.Content, CompletionStage<ResponsePrimitive>> outer);

    /** Told of installations that came by push. Set once, before the first message. */
    void onInstallation(java.util.function.Consumer<EndPointKeys.Installation> listener);

    /** Told of confirmations that came by pull, at the authority. Set once, before the first message. */
    void onConfirmation(java.util.function.Consumer<EndPointKeys.Confirmation> listener);

    /** Told of members that hold a later epoch than the authority knows. Set once, before the first message. */
    void onLaterEpoch(java.util.function.Consumer<EndPointKeys.LaterEpoch> listener);

    /** Processes an inner request of an authenticated peer. */
    @FunctionalInterface
    interface InnerHandler {
        /**
         * An answer that the enclave sealed itself, because its content must not pass through the program; empty for ordinary requests, which go to
         * {@link #handle}. Runs where the enclave's calls run.
         */
        default java.util.Optional<String> sealedAnswer(RequestPrimitive inner, String peer, String exchange) {
            return java.util.Optional.empty();
        }

        /** @param peer absolute identity, proved by ESPrim */
        CompletionStage<ResponsePrimitive> handle(RequestPrimitive inner, String peer);
    }

    /** What {@link #request} brings. */
    sealed interface Answer {
        record Inner(ResponsePrimitive response) implements Answer {}

        record Installed(EndPointKeys.Installation installation) implements Answer {}
    }
}
