package org.sealpost.binding;

import java.net.InetSocketAddress;
import org.sealpost.onem2m.Serialization;

class HttpCborTest extends BindingBehaviour {
    HttpCborTest() {
        super(Serialization.CBOR);
    }

    @Override
    Listener listen(Bindings with, InetSocketAddress address, PrimitiveHandler handler) {
        return with.listenHttp(address, handler);
    }
}
