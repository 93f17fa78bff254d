package org.sealpost.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** The server's door, from the outside: address and token found in its state directory, or given. */
final class Door {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
    private final URI base;
    private final String token;

    private Door(URI base, String token) {
        this.base = base;
        this.token = token;
    }

    /**
     * Finds the door.
     *
     * @throws Complaint when address or token can't be found; says what to give
     */
    static Door find(Optional<URI> server, Path state) {
        Path tokenFile = state.resolve("admin.token");
        Path address = state.resolve("admin.address");
        try {
            URI base = server.isPresent()
                    ? server.get()
                    : URI.create(Files.readString(address).trim());
            return new Door(base, Files.readString(tokenFile).trim());
        } catch (IOException e) {
            throw new Complaint(
                    "no server state in " + state + " (" + e.getMessage() + " is missing or can't be read)",
                    "give the server's state directory with --state, and start the server");
        }
    }

    JsonNode get(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    JsonNode post(String path, JsonNode body) {
        return send(HttpRequest.newBuilder(base.resolve(path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.encodeTree(body))));
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = client.send(
                    request.timeout(Duration.ofSeconds(60))
                            .header("Authorization", "Bearer " + token)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            JsonNode body = JSON.decodeTree(response.body());
            if (response.statusCode() != 200) {
                throw new Complaint(
                        body.path("status").asInt() + ": "
                                + body.path("sentence").asString(),
                        "");
            }
            return body;
        } catch (IOException e) {
            throw new Complaint(
                    "the server at " + base + " does not answer", "is it running? start it with: sealpost server");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Complaint("interrupted", "");
        }
    }
}
