package org.sealpost.binding;

import java.net.InetSocketAddress;
import org.sealpost.onem2m.Serialization;

class HttpJsonTest extends BindingBehaviour {
    HttpJsonTest() {
        super(Serialization.JSON);
    }

    @Override
    Listener listen(Bindings with, InetSocketAddress address, PrimitiveHandler handler) {
        return with.listenHttp(address, handler);
    }
}
