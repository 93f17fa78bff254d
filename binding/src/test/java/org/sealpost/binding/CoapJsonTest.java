package org.sealpost.binding;

import java.net.InetSocketAddress;
import org.sealpost.onem2m.Serialization;

class CoapJsonTest extends BindingBehaviour {
    CoapJsonTest() {
        super(Serialization.JSON);
    }

    @Override
    Listener listen(Bindings with, InetSocketAddress address, PrimitiveHandler handler) {
        return with.listenCoap(address, handler);
    }
}
