package org.sealpost.binding.internal;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.sealpost.binding.Hop;
import org.sealpost.binding.PrimitiveHandler;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the handler and makes a response of whatever happens. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    /** Calls {@code answer} exactly once, on the thread that completed the handler's stage. */
    static void ask(PrimitiveHandler handler, RequestPrimitive request, Hop hop, Consumer<ResponsePrimitive> answer) {
        CompletionStage<ResponsePrimitive> stage;
        try {
            stage = handler.handle(request, hop);
        } catch (RuntimeException e) {
            answer.accept(failed(e, request.requestId()));
            return;
        }
        stage.whenComplete((response, failure) ->
                answer.accept(failure == null ? response : failed(failure, request.requestId())));
    }

    private static ResponsePrimitive failed(Throwable failure, String requestId) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Refusal refusal) {
            return ResponsePrimitive.refused(refusal, requestId);
        }
        LOG.error("a request handler failed", cause);
        return ResponsePrimitive.refused(
                new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "an internal error; the receiver's log has more"),
                requestId);
    }
}
