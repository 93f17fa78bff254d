package org.sealpost.enclave;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
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
     * Sends an inner request to a peer end to end and brings its verified inner response. Without a session it first looks whether the peer supports ESPrim and stops (4111) when not;
     * begins with the peer's shared RandObject where there is a good one, else asks for one of its own (TS-0003 8.4.2 B.2).
     *
     * <p>On 4111, 4113, 4114 and 4115 it starts over with a new session, once for each request and not at all while too many of them came in a row: those errors are not authenticated, so
     * they change nothing here and lead to nothing weaker. Fails with a {@link org.sealpost.onem2m.Refusal} otherwise.
     *
     * @param peer absolute identity
     * @param unshared begin with an object for this end point alone, as credentials need
     */
    CompletionStage<Answer> request(String peer, RequestPrimitive inner, Route route, boolean unshared);

    /**
     * Confirms the epoch of a group that came by a block to the authority, end to end; with sessions as in {@link #request}. Fails with a {@link org.sealpost.onem2m.Refusal} when it is not taken.
     *
     * @param peer the authority's absolute identity
     */
    CompletionStage<Void> confirm(String peer, String group, Route route);

    /** Errors that came without protection since the start, by status code: a gateway that meddles, or a peer that lost its sessions. */
    Map<String, Long> unauthenticatedErrors();

    /** The caller's way to a peer: it knows addresses and originator. */
    interface Route {
        /** Sends an outer NOTIFY with this Content. */
        CompletionStage<ResponsePrimitive> send(Content content);

        /** The peer's e2eSecInfo, from wherever it is published for the caller; empty when it is nowhere. */
        CompletionStage<Optional<E2eSecInfo>> securityInfo();
    }

    /** Says how keys are fetched that a MAF has; without it nobody is asked. Set once, before the first message. */
    void onWantedKey(KeySource source);

    /** Gets keys of a MAF into the enclave. */
    @FunctionalInterface
    interface KeySource {
        /** Completes with whether the key is there now. */
        CompletionStage<Boolean> fetch(EndPointKeys.WantedKey wanted);
    }

    /** Told of installations that came by push. Set once, before the first message. */
    void onInstallation(java.util.function.Consumer<EndPointKeys.Installation> listener);

    /** Told of confirmations that came by pull, at the authority; the member is answered once the stage completes, and refused when it fails. Set once, before the first message. */
    void onConfirmation(java.util.function.Function<EndPointKeys.Confirmation, CompletionStage<?>> listener);

    /** Told of members that hold a later epoch than the authority knows. Set once, before the first message. */
    void onLaterEpoch(java.util.function.Consumer<EndPointKeys.LaterEpoch> listener);

    /** Processes an inner request of an authenticated peer. */
    @FunctionalInterface
    interface InnerHandler {
        /**
         * An answer that the enclave sealed itself, because its content must not pass through the program; empty for ordinary requests, which go to
         * {@link #handle}. Runs where the enclave's calls run.
         */
        default Optional<String> sealedAnswer(RequestPrimitive inner, String peer, String exchange) {
            return Optional.empty();
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
