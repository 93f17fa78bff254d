package org.sealpost.binding;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;

/** The client side of the bindings: HTTP or CoAP by the scheme of the address. Thread-safe. */
public interface Sender extends AutoCloseable {
    /**
     * Sends a request to the next hop. Exactly one of these happens:
     * <ul>
     *   <li>the stage completes with the peer's response, of whatever status;
     *   <li>it fails with {@link Unreachable}: nothing was connected or the connection broke before an answer (the peer may or may
     *       not have seen the request);
     *   <li>it fails with a {@link org.sealpost.onem2m.Refusal}: the peer answered something that is not a response primitive, or
     *       the address' scheme is unknown.
     * </ul>
     *
     * <p>Never repeats a request. Completes on a binding's thread: what follows must not block.
     *
     * @param pointOfAccess base address of the peer, without the path of the resource
     * @param timeout longest wait for the answer; afterwards {@link Unreachable}
     */
    CompletionStage<ResponsePrimitive> send(URI pointOfAccess, RequestPrimitive request, Duration timeout);

    @Override
    void close();
}
