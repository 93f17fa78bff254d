package org.sealpost.binding;

import java.net.InetSocketAddress;
import org.sealpost.onem2m.Serialization;

class CoapCborTest extends BindingBehaviour {
    CoapCborTest() {
        super(Serialization.CBOR);
    }

    @Override
    Listener listen(Bindings with, InetSocketAddress address, PrimitiveHandler handler) {
        return with.listenCoap(address, handler);
    }
}
