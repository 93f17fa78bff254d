package org.sealpost.cse.ae;

import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.sealpost.binding.Bindings;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;

/**
 * An AE and its connection to the CSE it is registered with: registers (and again whenever the CSE forgot it), keeps its access
 * control policy, containers and subscriptions in place, receives NOTIFYs at its own address or through a polling channel, and
 * sends requests. Used by devices and agents alike. Thread-safe.
 */
public interface ApplicationEntity extends AutoCloseable {
    /**
     * What an AE is.
     *
     * @param spDomain the service provider's domain
     * @param stem AE-ID-Stem, C-type, such as {@code Cdoor-1}; also the AE's resource ID
     * @param name resource name of the AE, such as {@code door-1}
     * @param appId App-ID, beginning with R or N
     * @param registrarCseId SP-relative CSE-ID of the CSE, such as {@code /gw-north}
     * @param registrarName resource name of its CSEBase
     * @param registrar its address, {@code http://} or {@code coap://}
     * @param listen where to listen for NOTIFYs ({@code http://} or {@code coap://}, port 0 for any); absent: polling channel
     * @param advertise the address to publish instead of the one listened on
     * @param supportedSecurityFeatures SUIDs for e2eSecInfo
     * @param containers names of containers to keep below the AE
     * @param subscriptions containers of these names get a subscription that notifies this AE of each new instance
     * @param grants who else may do what with the AE and what is below it
     */
    record Config(
            String spDomain,
            String stem,
            String name,
            String appId,
            String registrarCseId,
            String registrarName,
            URI registrar,
            Optional<URI> listen,
            Optional<URI> advertise,
            List<Integer> supportedSecurityFeatures,
            List<String> containers,
            List<String> subscriptions,
            List<Grant> grants) {
        public Config {
            supportedSecurityFeatures = List.copyOf(supportedSecurityFeatures);
            containers = List.copyOf(containers);
            subscriptions = List.copyOf(subscriptions);
            grants = List.copyOf(grants);
        }

        /** SP-relative AE-ID, such as {@code /gw-north/Cdoor-1}. */
        public String spRelativeId() {
            return registrarCseId + "/" + stem;
        }
    }

    /** An access control rule for others: an originator (may end in {@code *}) and the sum of the operations' bits. */
    record Grant(String originator, int operations) {}

    /** Receives NOTIFYs addressed to the AE. Must not block. */
    @FunctionalInterface
    interface Notifications {
        CompletionStage<ResponsePrimitive> onNotify(RequestPrimitive request);
    }

    /**
     * Starts an AE; registration goes on in the background until it succeeds.
     *
     * @param timer runs what is due, briefly; may serve many entities, is not closed with this one
     */
    static ApplicationEntity start(
            Config config,
            Bindings bindings,
            InstantSource clock,
            java.util.concurrent.ScheduledExecutorService timer,
            Notifications notifications) {
        return new org.sealpost.cse.internal.DefaultApplicationEntity(config, bindings, clock, timer, notifications);
    }

    /** Completes when the AE and everything below it is in place for the first time. */
    CompletionStage<Void> registered();

    /**
     * Sends a request through the registrar CSE.
     *
     * @param to any scope; {@code fr} is the AE's stem and {@code rqi} is fresh
     * @param complete adds ty, content, response type and so on
     */
    CompletionStage<ResponsePrimitive> request(
            Operation operation, String to, java.util.function.UnaryOperator<RequestPrimitive.Builder> complete);

    /** The address others were told, when the AE listens. */
    Optional<URI> pointOfAccess();

    /** The address it really listens at, when it does. */
    Optional<URI> listensAt();

    Config config();

    @Override
    void close();
}
