package org.sealpost.server.ledger;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseType;
import org.sealpost.onem2m.SecurityInfo;

/**
 * Security information on its way to a member: an outer NOTIFY that the gateway's courier stores, whose answer comes later as {@code m2m:rsp}.
 *
 * @param server SP-relative identity of the server
 */
public record OuterNotify(
        String server, InstantSource clock, Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send) {
    private static final Duration EXPIRY = Duration.ofSeconds(60);

    /** Sends; the stage fails when the gateway did not accept it. */
    public CompletionStage<ResponsePrimitive> to(String member, String requestId, SecurityInfo info) {
        String to = new Identifier(member).spRelative("/").text();
        RequestPrimitive request = RequestPrimitive.of(Operation.NOTIFY, to, server, requestId)
                .responseType(ResponseType.asynchronous(server))
                .requestExpiration(clock.instant().plus(EXPIRY))
                .content(info.toContent())
                .build();
        return send.apply(request).thenApply(response -> {
            if (!response.status().successful()) {
                throw new Refusal(response.status(), response.sentence());
            }
            return response;
        });
    }

    /** A sentence for what went wrong. */
    public static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof Refusal refusal
                ? refusal.status().code() + ": " + refusal.sentence()
                : String.valueOf(cause.getMessage());
    }
}
