package org.sealpost.binding;

import java.net.InetSocketAddress;

/**
 * Opens the bindings of a program: listeners for HTTP and CoAP, and one sender for both. Owns the event loops; closing it closes
 * everything opened through it. Thread-safe.
 */
public interface Bindings extends AutoCloseable {
    /** Bindings over plain hops. */
    static Bindings open(HopSecurity security) {
        return new org.sealpost.binding.internal.DefaultBindings(security);
    }

    /**
     * Listens for HTTP (TS-0009).
     *
     * @throws java.io.UncheckedIOException when the port is taken; the message names the address and what to do
     */
    Listener listenHttp(InetSocketAddress address, PrimitiveHandler handler);

    /** Listens for CoAP over UDP with blockwise transfer (TS-0008); errors as {@link #listenHttp}. */
    Listener listenCoap(InetSocketAddress address, PrimitiveHandler handler);

    Sender sender();

    @Override
    void close();
}
