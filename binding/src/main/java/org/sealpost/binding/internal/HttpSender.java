package org.sealpost.binding.internal;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.sealpost.binding.Unreachable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.Serialization;

/** HTTP client side of the binding on the JDK's client. */
final class HttpSender {
    private static final Duration CONNECT = Duration.ofSeconds(3);

    private final HttpClient client;

    HttpSender(Executor executor) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .executor(executor)
                .build();
    }

    CompletionStage<ResponsePrimitive> send(URI peer, RequestPrimitive request, Duration timeout) {
        HttpMapping.Request http = HttpMapping.toHttp(request, Serialization.JSON);
        HttpRequest.Builder message = HttpRequest.newBuilder(peer.resolve(http.target()))
                .timeout(timeout)
                .method(http.method(), HttpRequest.BodyPublishers.ofByteArray(http.body()));
        http.headers().forEach(message::setHeader);
        return client.sendAsync(message.build(), HttpResponse.BodyHandlers.ofByteArray())
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw new Unreachable(peer + " does not answer: " + reason(failure));
                    }
                    return HttpMapping.fromHttp(
                            name -> response.headers().firstValue(name), response.body(), request.requestId());
                })
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(cause(failure)));
    }

    private static String reason(Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof Refusal refusal
                ? refusal.sentence()
                : cause.getClass().getSimpleName();
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
