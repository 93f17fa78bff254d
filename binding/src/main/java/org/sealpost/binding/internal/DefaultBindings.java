package org.sealpost.binding.internal;

import java.net.InetSocketAddress;
import org.sealpost.binding.*;

public final class DefaultBindings implements Bindings {
    public DefaultBindings(HopSecurity security) {}

    @Override
    public Listener listenHttp(InetSocketAddress address, PrimitiveHandler handler) {
        throw new IllegalStateException("under construction");
    }

    @Override
    public Listener listenCoap(InetSocketAddress address, PrimitiveHandler handler) {
        throw new IllegalStateException("under construction");
    }

    @Override
    public Sender sender() {
        throw new IllegalStateException("under construction");
    }

    @Override
    public void close() {}
}
