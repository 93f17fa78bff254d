package org.sealpost.demo.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** A local control API with a bearer token: the server's admin API, or an agent's. Thread-safe. */
public final class AdminClient {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    private final URI base;
    private final Path tokenFile;

    /** An answer: HTTP status and JSON body. */
    public record Answer(int status, JsonNode body) {}

    /** @param tokenFile read for each request, as the program may just be writing it */
    public AdminClient(URI base, Path tokenFile) {
        this.base = base;
        this.tokenFile = tokenFile;
    }

    /** The body of a 200; anything else is an error. */
    public JsonNode get(String path) throws IOException, InterruptedException {
        return ok(path, send(HttpRequest.newBuilder().GET(), path));
    }

    /** The body of a 2xx; anything else is an error. */
    public JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        return ok(path, tryPost(path, body));
    }

    /** Any answer. */
    public Answer tryPost(String path, JsonNode body) throws IOException, InterruptedException {
        byte[] octets = PrimitiveCodec.of(Serialization.JSON).encodeTree(body);
        return send(
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(octets)),
                path);
    }

    private Answer send(HttpRequest.Builder request, String path) throws IOException, InterruptedException {
        String token = Files.readString(tokenFile).trim();
        HttpResponse<byte[]> response = HTTP.send(
                request.uri(base.resolve(path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        byte[] octets = response.body();
        return new Answer(
                response.statusCode(),
                PrimitiveCodec.of(Serialization.JSON)
                        .decodeTree(octets.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : octets));
    }

    private static JsonNode ok(String path, Answer answer) throws IOException {
        if (answer.status / 100 != 2) {
            throw new IOException(path + " answered " + answer.status + ": " + answer.body);
        }
        return answer.body;
    }
}
