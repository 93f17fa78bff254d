package org.sealpost.acceptance.job;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** A server and a gateway as processes, and whatever devices a test adds; carries enrolments and asks through the doors as an operator does. */
final class Site implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Path folder;
    private final List<Program> programs = new ArrayList<>();
    private final Program server;
    private final Program gateway;

    Site(Path folder, String fleet) throws Exception {
        this.folder = folder;
        Path file = Files.writeString(folder.resolve("fleet.yaml"), fleet);
        server = program(
                "server",
                "org.sealpost.server.ServerMain",
                "server",
                "--fleet",
                file.toString(),
                "--http",
                fixedPort());
        gateway = program(
                "gateway",
                "org.sealpost.gateway.GatewayMain",
                "gateway",
                "--registrar",
                server.address("http"),
                "--http",
                fixedPort());
    }

    Program server() {
        return server;
    }

    Program gateway() {
        return gateway;
    }

    @Override
    public void close() {
        for (int i = programs.size() - 1; i >= 0; i--) {
            programs.get(i).close();
        }
    }

    boolean allCurrent() throws Exception {
        JsonNode status = get("/status");
        boolean members = StreamSupport.stream(status.path("groups").spliterator(), false)
                .allMatch(g -> g.get("members").size() > 0
                        && StreamSupport.stream(g.get("members").spliterator(), false)
                                .allMatch(m -> m.get("current").asBoolean()));
        return members && !status.has("unfinished");
    }

    Program program(String room, String main, String name, String... arguments) throws Exception {
        Program program = new Program(room, main, folder.resolve(name), List.of(arguments));
        programs.add(program);
        return program;
    }

    Program device(String name, String function, String... how) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("--name", name, "--function", function, "--gateway", gateway.address("http")));
        arguments.addAll(
                List.of("--status-file", folder.resolve(name).resolve("status").toString()));
        arguments.addAll(List.of(how));
        return program("device", "org.sealpost.device.DeviceMain", name, arguments.toArray(String[]::new));
    }

    /** A device whose enclave says that it is of this protection level; test equipment, what it says is all that differs. */
    Program deviceOfLevel(int level, String name, String function, String... how) throws Exception {
        List<String> jvm = List.of(
                "-Dsealpost.enclave.classpath=" + Program.classPath("witness"),
                "-Dsealpost.enclave.main=org.sealpost.witness.FaultyEnclaveMain",
                "-Dsealpost.enclave.jvm=-Dsealpost.witness.level=" + level);
        List<String> arguments =
                new ArrayList<>(List.of("--name", name, "--function", function, "--gateway", gateway.address("http")));
        arguments.addAll(List.of(how));
        Program program = new Program("device", "org.sealpost.device.DeviceMain", folder.resolve(name), jvm, arguments);
        programs.add(program);
        return program;
    }

    /** A port that is free now and stays the program's over a restart. */
    static String fixedPort() throws Exception {
        try (var probe = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + probe.getLocalPort();
        }
    }

    void enrol(Program member) throws Exception {
        Path request = member.state().resolve("enrolment-request.json");
        Eventually.holds(member.state() + " asks to be enrolled", () -> Files.exists(request));
        JsonNode peer = post("/enrol", Files.readString(request));
        Path beside = member.state().resolve("package.new");
        Files.writeString(beside, peer.get("enrolmentPackage").asString());
        Files.move(beside, member.state().resolve("enrolment-package"));
    }

    JsonNode status(Program device) throws Exception {
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(Files.readAllBytes(device.file("status")));
    }

    JsonNode get(String path) throws Exception {
        return send(server.address("admin"), server, "admin.token", path, "");
    }

    JsonNode post(String path, String body) throws Exception {
        return send(server.address("admin"), server, "admin.token", path, body);
    }

    static JsonNode send(String door, Program program, String token, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(door + path))
                .header(
                        "Authorization",
                        "Bearer "
                                + Files.readString(program.state().resolve(token))
                                        .trim());
        HttpResponse<byte[]> response = HTTP.send(
                (body.isEmpty() ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(response.body());
    }
}
