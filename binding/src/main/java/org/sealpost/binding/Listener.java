package org.sealpost.binding;

import java.net.URI;

/** A bound server side of a binding. */
public interface Listener extends AutoCloseable {
    /** The address it listens on as a pointOfAccess, such as {@code http://127.0.0.1:8080} or {@code coap://127.0.0.1:5683}. */
    URI pointOfAccess();

    /** Stops listening; requests in progress are dropped. */
    @Override
    void close();
}
