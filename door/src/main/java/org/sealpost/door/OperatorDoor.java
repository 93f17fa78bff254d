package org.sealpost.door;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** An HTTP door on loopback: bearer token made at first start, JSON in and out, refusals with status, sentence and hint. */
public final class OperatorDoor implements AutoCloseable {
    private static final int TOKEN = 32;
    private static final int MAX_REASON = 512;
    private static final int MAX_BODY = 1 << 20;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final byte[] token;
    private final TreeMap<String, Route> routes = new TreeMap<>();
    private final Map<String, LongAdder> refusals = new ConcurrentHashMap<>();

    /** Answers a request; {@code rest} is the path after the route's own. */
    @FunctionalInterface
    public interface Route {
        JsonNode answer(String method, String rest, JsonNode body);
    }

    /** Opens the door; the token stands in a file that only its owner can read. */
    public OperatorDoor(InetSocketAddress address, Path tokenFile) throws IOException {
        this.token = ("Bearer " + token(tokenFile)).getBytes(StandardCharsets.UTF_8);
        try {
            this.server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("can't listen at " + address + " (" + e.getMessage()
                    + "): stop what uses that port, or choose another");
        }
        server.setExecutor(threads);
        server.createContext("/", this::serve);
    }

    /** Adds a route, such as {@code /groups}; the longest that fits answers. */
    public OperatorDoor route(String path, Route route) {
        routes.put(path, route);
        return this;
    }

    public void start() {
        server.start();
    }

    public URI address() {
        InetSocketAddress local = server.getAddress();
        return URI.create("http://" + local.getAddress().getHostAddress() + ":" + local.getPort());
    }

    /** What was refused here since the start, by status code: {@code door.refused.4106} and the like. */
    public Map<String, Long> counters() {
        Map<String, Long> found = new TreeMap<>();
        refusals.forEach((name, count) -> found.put(name, count.sum()));
        return found;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /**
     * Why an operator does something, which goes into the audit log; "by operator" when a request does not say.
     *
     * @throws Refusal 4000 when it is longer than 512 characters
     */
    public static String reason(Members request) {
        String reason = request.optionalText("reason").filter(r -> !r.isEmpty()).orElse("by operator");
        if (reason.length() > MAX_REASON) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a reason has at most " + MAX_REASON + " characters");
        }
        return reason;
    }

    private void serve(HttpExchange exchange) throws IOException {
        JsonNode answer;
        int code = 200;
        try {
            answer = dispatch(exchange);
        } catch (Refusal refusal) {
            code = refusal.status() == ResponseStatus.ORIGINATOR_NOT_AUTHENTICATED
                    ? 401
                    : refusal.status() == ResponseStatus.NOT_FOUND ? 404 : 400;
            answer = refused(refusal.status().code(), refusal.sentence());
        } catch (RuntimeException failure) {
            code = 500;
            answer = refused(ResponseStatus.INTERNAL_SERVER_ERROR.code(), String.valueOf(failure.getMessage()));
        }
        byte[] octets = PrimitiveCodec.of(Serialization.JSON).encodeTree(answer);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, octets.length);
        try (var out = exchange.getResponseBody()) {
            out.write(octets);
        }
    }

    private JsonNode dispatch(HttpExchange exchange) throws IOException {
        byte[] given = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("")
                .getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, token)) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_NOT_AUTHENTICATED,
                    "give the token of the program's state directory as a bearer token");
        }
        String path = exchange.getRequestURI().getPath();
        for (var route : routes.descendingMap().entrySet()) {
            if (path.equals(route.getKey()) || path.startsWith(route.getKey() + "/")) {
                byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY);
                JsonNode tree = body.length == 0
                        ? JsonNodeFactory.instance.objectNode()
                        : PrimitiveCodec.of(Serialization.JSON).decodeTree(body);
                String rest = path.substring(route.getKey().length());
                return route.getValue().answer(exchange.getRequestMethod(), rest, tree);
            }
        }
        throw new Refusal(
                ResponseStatus.NOT_FOUND, "there is no such path; there are: " + String.join(" ", routes.keySet()));
    }

    private JsonNode refused(int status, String sentence) {
        refusals.computeIfAbsent("door.refused." + status, s -> new LongAdder()).increment();
        return JsonNodeFactory.instance.objectNode().put("status", status).put("sentence", sentence);
    }

    private static String token(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] fresh = new byte[TOKEN];
            new SecureRandom().nextBytes(fresh);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, HexFormat.of().formatHex(fresh));
        }
        return Files.readString(file).trim();
    }
}
