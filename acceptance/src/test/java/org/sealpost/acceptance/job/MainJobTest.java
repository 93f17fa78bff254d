package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** The main job on real processes over real sockets: each test is a scene, played in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MainJobTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north, agent: true}
            groups:
              - {id: fire-doors, verbs: [close, open], agentVerbs: [close, open]}
              - {id: extinguishers, verbs: [test, release], agentVerbs: [test], nonDelegable: [release]}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
              - {name: door-2, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
              - {name: ext-1, gateway: gw-north, function: extinguisher, zone: floor-1, groups: [extinguishers]}
            """;

    @TempDir
    static Path folder;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final List<Program> PROGRAMS = new ArrayList<>();
    private static Program server;
    private static Program gateway;
    private static Program door1;
    private static Program door2;
    private static Program extinguisher;
    private static Program agent;

    @BeforeAll
    static void start() throws Exception {
        Path fleet = Files.writeString(folder.resolve("fleet.yaml"), FLEET);
        server = program(
                "server",
                "org.sealpost.server.ServerMain",
                "server",
                "--fleet",
                fleet.toString(),
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
        String at = gateway.address("http");
        door1 = device("door-1", "fire-door", at, "--listen", "http://127.0.0.1:0");
        door2 = device("door-2", "fire-door", at, "--polling");
        extinguisher = device("ext-1", "extinguisher", at, "--polling");
        agent = program(
                "agent",
                "org.sealpost.agent.AgentMain",
                "agent",
                "run",
                "--gateway",
                at,
                "--listen",
                "http://127.0.0.1:0");
        for (Program member : List.of(door1, door2, extinguisher, agent)) {
            enrol(member);
        }
    }

    @AfterAll
    static void stop() {
        for (int i = PROGRAMS.size() - 1; i >= 0; i--) {
            PROGRAMS.get(i).close();
        }
    }

    @Test
    @Order(1)
    void everyMemberConfirmsItsCredential() throws Exception {
        Eventually.holds("all members confirmed and all resources in place", MainJobTest::allCurrent);
        assertThat(get("/negotiations").toString()).contains("ESPrim A256GCM");
    }

    @Test
    @Order(2)
    void sealedReadingsReachTheServer() throws Exception {
        Eventually.holds("readings of three devices", () -> {
            String all = get("/readings").toString();
            return all.contains("Cdoor-1") && all.contains("Cdoor-2") && all.contains("Cext-1");
        });
    }

    @Test
    @Order(3)
    void theAgentClosesTheDoorsAndSeesWhoDid() throws Exception {
        JsonNode sent = Eventually.present("the agent has its delegation", () -> {
            JsonNode answer = control("{\"group\":\"fire-doors\",\"verb\":\"close\"}");
            return answer.has("id") ? java.util.Optional.of(answer) : java.util.Optional.empty();
        });
        assertThat(sent.get("id").asLong()).isPositive();
        Eventually.holds(
                "both doors are closed",
                () -> state(door1).equals("closed") && state(door2).equals("closed"));
        Eventually.holds("both acknowledgements are verified", () -> {
            JsonNode board = send(agent.address("control"), agent, "agent.token", "/commands", "");
            return StreamSupport.stream(board.spliterator(), false)
                    .anyMatch(e -> e.get("answers").size() == 2);
        });
    }

    @Test
    @Order(4)
    void theServerReleasesTheExtinguishersAndTheAgentMayNot() throws Exception {
        JsonNode refused = control("{\"group\":\"extinguishers\",\"verb\":\"release\"}");
        assertThat(refused.path("status").asInt()).isEqualTo(4103);
        assertThat(state(extinguisher)).isEqualTo("armed");
        post("/commands", "{\"group\":\"extinguishers\",\"verb\":\"release\"}");
        Eventually.holds(
                "the extinguisher is released", () -> state(extinguisher).equals("released"));
        Eventually.holds(
                "and the server knows", () -> get("/commands").toString().contains("released"));
    }

    @Test
    @Order(5)
    void aGatewayThatIsKilledInTheMiddleOfADistributionLosesNothing() throws Exception {
        post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}");
        gateway.kill();
        gateway.start();
        Eventually.holds("everybody confirmed epoch 2", MainJobTest::allCurrent);
        assertThat(get("/groups/fire-doors").get("epoch").asLong()).isEqualTo(2);
    }

    @Test
    @Order(6)
    void aServerAndADeviceThatAreKilledGoOn() throws Exception {
        post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}");
        door1.kill();
        server.kill();
        server.start();
        door1.start();
        Eventually.holds("everybody confirmed epoch 3", MainJobTest::allCurrent);
        assertThat(get("/groups/fire-doors").get("epoch").asLong()).isEqualTo(3);
    }

    @Test
    @Order(7)
    void theEvictedDeviceStaysOutside() throws Exception {
        post("/groups/fire-doors/evict", "{\"member\":\"door-2\",\"reason\":\"stolen\",\"captured\":true}");
        Eventually.holds("the rest has epoch 4", MainJobTest::allCurrent);
        long before = actions(door2);
        post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"open\"}");
        Eventually.holds("the other door opens", () -> state(door1).equals("open"));
        JsonNode status = status(door2);
        assertThat(actions(door2)).isEqualTo(before);
        assertThat(status.get("credentials").get(0).get("epoch").asLong()).isEqualTo(3);
    }

    @Test
    @Order(8)
    void theAuditLogIsWholeAndHoldsNoSecretWord() throws Exception {
        JsonNode verdict = get("/audit/verify");
        assertThat(verdict.get("fault").isNull()).as("%s", verdict).isTrue();
        assertThat(verdict.get("entries").asLong()).isGreaterThan(20);
        assertThat(get("/audit").toString()).contains("member.evicted", "credential.confirmed", "epoch.intended");
    }

    private static boolean allCurrent() throws Exception {
        JsonNode status = get("/status");
        boolean members = StreamSupport.stream(status.path("groups").spliterator(), false)
                .allMatch(g -> g.get("members").size() > 0
                        && StreamSupport.stream(g.get("members").spliterator(), false)
                                .allMatch(m -> m.get("current").asBoolean()));
        return members && !status.has("unfinished");
    }

    private static Program program(String room, String main, String name, String... arguments) throws Exception {
        Program program = new Program(room, main, folder.resolve(name), List.of(arguments));
        PROGRAMS.add(program);
        return program;
    }

    private static Program device(String name, String function, String gateway, String... how) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--name", name, "--function", function, "--gateway", gateway));
        arguments.addAll(
                List.of("--status-file", folder.resolve(name).resolve("status").toString()));
        arguments.addAll(List.of(how));
        return program("device", "org.sealpost.device.DeviceMain", name, arguments.toArray(String[]::new));
    }

    /** A port that is free now and stays the program's over a restart. */
    private static String fixedPort() throws Exception {
        try (var probe = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + probe.getLocalPort();
        }
    }

    private static void enrol(Program member) throws Exception {
        Path request = member.state().resolve("enrolment-request.json");
        Eventually.holds(member.state() + " asks to be enrolled", () -> Files.exists(request));
        JsonNode peer = post("/enrol", Files.readString(request));
        Path beside = member.state().resolve("package.new");
        Files.writeString(beside, peer.get("enrolmentPackage").asString());
        Files.move(beside, member.state().resolve("enrolment-package"));
    }

    private static JsonNode status(Program device) throws Exception {
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(Files.readAllBytes(device.file("status")));
    }

    private static String state(Program device) throws Exception {
        return status(device).get("actuator").get("state").asString();
    }

    private static long actions(Program device) throws Exception {
        return status(device).get("actuator").get("actions").asLong();
    }

    private static JsonNode control(String order) throws Exception {
        return send(agent.address("control"), agent, "agent.token", "/commands", order);
    }

    private static JsonNode get(String path) throws Exception {
        return send(server.address("admin"), server, "admin.token", path, "");
    }

    private static JsonNode post(String path, String body) throws Exception {
        return send(server.address("admin"), server, "admin.token", path, body);
    }

    private static JsonNode send(String door, Program program, String token, String path, String body)
            throws Exception {
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
