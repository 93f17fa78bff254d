package org.sealpost.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/**
 * The server's door, from the outside: address and token found in its state directory, or given. A server that is just starting is waited for, for a short time: a request is sent again only when
 * nobody took it.
 */
final class Door {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
    private final Optional<URI> given;
    private final Path address;
    private final String token;
    private final Duration patience;

    private Door(Optional<URI> given, Path address, String token, Duration patience) {
        this.given = given;
        this.address = address;
        this.token = token;
        this.patience = patience;
    }

    /**
     * Finds the door.
     *
     * @param server an address to use instead of the one in the state directory; not waited for
     * @param patience how long a server may take to open its door
     * @throws Complaint when the state directory is no server's; says what to give
     */
    static Door find(Optional<URI> server, Path state, Duration patience) {
        try {
            String token = Files.readString(state.resolve("admin.token")).trim();
            return new Door(server, state.resolve("admin.address"), token, patience);
        } catch (IOException e) {
            throw new Complaint(
                    "no server state in " + state + " (" + e.getMessage() + " is missing or can't be read)",
                    "give the server's state directory with --state, and start the server");
        }
    }

    JsonNode get(String path) {
        return send(path, HttpRequest.newBuilder().GET());
    }

    JsonNode post(String path, JsonNode body) {
        return send(path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofByteArray(JSON.encodeTree(body))));
    }

    private JsonNode send(String path, HttpRequest.Builder request) {
        request.timeout(Duration.ofSeconds(60)).header("Authorization", "Bearer " + token);
        HttpResponse<byte[]> response = patiently(path, request);
        JsonNode body = JSON.decodeTree(response.body());
        if (response.statusCode() != 200) {
            throw new Complaint(
                    body.path("status").asInt() + ": " + body.path("sentence").asString(), "");
        }
        return body;
    }

    /** The address file is read anew each time: a server that starts removes it, and writes it when its door is open. */
    private HttpResponse<byte[]> patiently(String path, HttpRequest.Builder request) {
        long end = System.nanoTime() + patience.toNanos();
        boolean waiting = false;
        while (true) {
            Optional<URI> base = given.or(this::published);
            String where = base.map(b -> " at " + b).orElse("");
            try {
                if (base.isPresent()) {
                    return client.send(
                            request.uri(base.get().resolve(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
                }
            } catch (ConnectException e) {
                // Nobody took the request: it may be sent again.
            } catch (IOException e) {
                throw silent(where);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Complaint("interrupted", "");
            }
            if (given.isPresent() || System.nanoTime() > end) {
                throw silent(where);
            }
            if (!waiting) {
                System.err.println("sealpost: the server" + where + " does not answer; waiting up to "
                        + patience.toSeconds() + " s, in case it is starting");
                waiting = true;
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private Optional<URI> published() {
        try {
            return Optional.of(URI.create(Files.readString(address).trim()));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private static Complaint silent(String where) {
        return new Complaint(
                "the server" + where + " does not answer", "is it running? start it with: sealpost server");
    }
}
