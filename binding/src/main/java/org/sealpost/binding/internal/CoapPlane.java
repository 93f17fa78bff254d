package org.sealpost.binding.internal;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.eclipse.californium.elements.Connector;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.UdpConfig;
import org.sealpost.onem2m.PrimitiveCodec;

/** What all CoAP end points of a program share: settings (in memory, no file) and two threads. */
final class CoapPlane implements AutoCloseable {
    private static final int BLOCK = 1024;
    private static final int MAX_PEERS = 1024;
    private static final int REMEMBERED_PER_PEER = 64;

    private final ScheduledExecutorService protocol = scheduler("coap");
    private final ScheduledExecutorService housekeeping = scheduler("coap-timer");
    private final Configuration configuration;

    private static final Configuration PRIMITIVES = new Configuration(CoapConfig.DEFINITIONS, UdpConfig.DEFINITIONS)
            .set(CoapConfig.PREFERRED_BLOCK_SIZE, BLOCK)
            .set(CoapConfig.MAX_MESSAGE_SIZE, BLOCK)
            .set(CoapConfig.MAX_RESOURCE_BODY_SIZE, PrimitiveCodec.MAX_OCTETS)
            .set(CoapConfig.MAX_ACTIVE_PEERS, MAX_PEERS)
            // Exchanges are remembered for four minutes (RFC 7252 4.8.2); per peer so many at most, or a busy one fills
            // the heap.
            .set(CoapConfig.DEDUPLICATOR, CoapConfig.DEDUPLICATOR_PEERS_MARK_AND_SWEEP)
            .set(CoapConfig.PEERS_MARK_AND_SWEEP_MESSAGES, REMEMBERED_PER_PEER)
            // Strict tracking of message ids would allow 265 messages a second to a peer.
            .set(CoapConfig.MID_TRACKER, CoapConfig.TrackerMode.NULL)
            .set(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT, 1)
            .set(UdpConfig.UDP_RECEIVER_THREAD_COUNT, 1)
            .set(UdpConfig.UDP_SENDER_THREAD_COUNT, 1);

    /** For primitives. */
    CoapPlane() {
        this(PRIMITIVES);
    }

    CoapPlane(Configuration configuration) {
        this.configuration = configuration;
    }

    /** An end point on a connector. */
    CoapEndpoint open(Connector connector, MessageDeliverer deliverer) throws IOException {
        return start(
                new CoapEndpoint.Builder()
                        .setConfiguration(configuration)
                        .setConnector(connector)
                        .build(),
                deliverer);
    }

    /** An end point that is listening. */
    CoapEndpoint open(InetSocketAddress address, MessageDeliverer deliverer) throws IOException {
        return start(
                new CoapEndpoint.Builder()
                        .setConfiguration(configuration)
                        .setInetSocketAddress(address)
                        .setOptionRegistry(CoapOptions.REGISTRY)
                        .build(),
                deliverer);
    }

    private CoapEndpoint start(CoapEndpoint endpoint, MessageDeliverer deliverer) throws IOException {
        endpoint.setExecutors(protocol, housekeeping);
        endpoint.setMessageDeliverer(deliverer);
        endpoint.start();
        return endpoint;
    }

    /** Runs a task later, unless it is cancelled. */
    java.util.concurrent.Future<?> later(Runnable task, long millis) {
        return housekeeping.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        protocol.shutdownNow();
        housekeeping.shutdownNow();
    }

    private static ScheduledExecutorService scheduler(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = Executors.defaultThreadFactory().newThread(task);
            thread.setName(name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
