package org.sealpost.cse;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.sealpost.binding.Sender;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;

/**
 * A Common Services Entity, IN or MN: resource tree, access control, subscriptions, groups, polling channels, forwarding, and the
 * {@link Courier} that stores and forwards. Durable: when a response says success, the change survives kill -9. Thread-safe; no
 * method blocks on the network.
 */
public interface Cse extends AutoCloseable {
    /**
     * Opens a CSE on its store; creates the CSEBase at first start and picks up courier work that a crash left behind.
     *
     * @param store a database file's store, or one in memory for tests
     * @param sender how to reach other entities
     * @param notifications what to do with NOTIFYs to the CSEBase
     */
    static Cse open(
            CseConfig config,
            ResourceStore store,
            Sender sender,
            InstantSource clock,
            CseBaseNotifications notifications) {
        return new org.sealpost.cse.internal.DefaultCse(config, store, sender, clock, notifications);
    }

    /** Handles a request from a hop, from the hosting program or from inside ESPrim: locally, or by forwarding it. */
    CompletionStage<ResponsePrimitive> handle(RequestPrimitive request, Source source);

    /**
     * Registers at the registrar, or checks the registration, retrying with back-off until it succeeds; the stage completes when
     * both remoteCSE resources exist. Called again at every start.
     */
    CompletionStage<Void> register();

    /**
     * Makes {@code e2eSecInfo} known where originators look for it (TS-0003 8.4.2 A, B.1b): at the own CSEBase now, and at the remoteCSE resources that registered CSEs keep of this one. Only
     * what changed is sent; a CSE that does not answer is told at the next call.
     *
     * @return completes when everybody who answers knows
     */
    CompletionStage<Void> publish(E2eSecInfo info);

    /** Counters for the operator: refusals by status code, forwarded, stored, delivered, expired, and what waits now. */
    Map<String, Long> counters();

    @Override
    void close();
}
