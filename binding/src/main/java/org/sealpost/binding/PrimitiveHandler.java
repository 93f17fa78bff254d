package org.sealpost.binding;

import java.util.concurrent.CompletionStage;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;

/** Receives requests from a {@link Listener}. Called on the binding's threads: must not block; completes later if it must wait. */
@FunctionalInterface
public interface PrimitiveHandler {
    /**
     * Handles one request. A stage that fails with a {@link org.sealpost.onem2m.Refusal} is answered with its status; any other
     * failure with 5000 and no detail.
     */
    CompletionStage<ResponsePrimitive> handle(RequestPrimitive request, Hop hop);
}
