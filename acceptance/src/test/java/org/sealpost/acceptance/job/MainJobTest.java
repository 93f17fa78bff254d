package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
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

    private static Site site;
    private static Program server;
    private static Program gateway;
    private static Program door1;
    private static Program door2;
    private static Program extinguisher;
    private static Program agent;

    @BeforeAll
    static void start() throws Exception {
        site = new Site(folder, FLEET);
        server = site.server();
        gateway = site.gateway();
        door1 = site.device("door-1", "fire-door", "--listen", "http://127.0.0.1:0");
        door2 = site.device("door-2", "fire-door", "--polling");
        extinguisher = site.device("ext-1", "extinguisher", "--polling");
        agent = site.program(
                "agent",
                "org.sealpost.agent.AgentMain",
                "agent",
                "run",
                "--gateway",
                gateway.address("http"),
                "--listen",
                "http://127.0.0.1:0");
        for (Program member : List.of(door1, door2, extinguisher, agent)) {
            site.enrol(member);
        }
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    @Test
    @Order(1)
    @Tag("E-24")
    void everyMemberConfirmsItsCredential() throws Exception {
        Eventually.holds("all members confirmed and all resources in place", site::allCurrent);
        assertThat(site.get("/negotiations").toString()).contains("ESPrim A256GCM");
    }

    @Test
    @Order(2)
    void sealedReadingsReachTheServer() throws Exception {
        Eventually.holds("readings of three devices", () -> {
            String all = site.get("/readings").toString();
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
            JsonNode board = Site.send(agent.address("control"), agent, "agent.token", "/commands", "");
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
        site.post("/commands", "{\"group\":\"extinguishers\",\"verb\":\"release\"}");
        Eventually.holds(
                "the extinguisher is released", () -> state(extinguisher).equals("released"));
        Eventually.holds(
                "and the server knows", () -> site.get("/commands").toString().contains("released"));
    }

    @Test
    @Order(5)
    void aGatewayThatIsKilledInTheMiddleOfADistributionLosesNothing() throws Exception {
        long epoch = epoch();
        site.post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}");
        gateway.kill();
        gateway.start();
        Eventually.holds("everybody confirmed the next epoch", site::allCurrent);
        assertThat(epoch()).isEqualTo(epoch + 1);
    }

    @Test
    @Order(6)
    void aServerAndADeviceThatAreKilledGoOn() throws Exception {
        long epoch = epoch();
        site.post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}");
        door1.kill();
        server.kill();
        server.start();
        door1.start();
        Eventually.holds("everybody confirmed the next epoch", site::allCurrent);
        assertThat(epoch()).isEqualTo(epoch + 1);
    }

    @Test
    @Order(7)
    void theEvictedDeviceStaysOutside() throws Exception {
        long epoch = epoch();
        site.post("/groups/fire-doors/evict", "{\"member\":\"door-2\",\"reason\":\"stolen\",\"captured\":true}");
        Eventually.holds("the rest has the next epoch", site::allCurrent);
        assertThat(epoch()).isEqualTo(epoch + 1);
        long before = actions(door2);
        site.post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"open\"}");
        Eventually.holds("the other door opens", () -> state(door1).equals("open"));
        JsonNode status = site.status(door2);
        assertThat(actions(door2)).isEqualTo(before);
        assertThat(status.get("credentials").get(0).get("epoch").asLong()).isEqualTo(epoch);
    }

    @Test
    @Order(8)
    void anAgentWhoseDelegationIsRevokedCommandsNothingUntilItGetsAnother() throws Exception {
        long epoch = epoch();
        String agentNorth = "{\"member\":\"gw-north.agent\",\"reason\":\"misused\"}";
        site.post("/groups/fire-doors/revoke-delegation", agentNorth);
        Eventually.holds("everybody confirmed the epoch without it", site::allCurrent);
        assertThat(epoch()).isEqualTo(epoch + 1);
        assertThat(site.get("/groups/fire-doors").get("withoutDelegation").toString())
                .contains("gw-north/Cagent");
        JsonNode refused = control("{\"group\":\"fire-doors\",\"verb\":\"close\"}");
        assertThat(refused.path("status").asInt()).isEqualTo(4103);
        assertThat(refused.toString()).contains("revoked with a later epoch");
        assertThat(state(door1)).isEqualTo("open");
        site.post("/groups/fire-doors/delegate", agentNorth);
        Eventually.present("the agent has another delegation", () -> {
            JsonNode answer = control("{\"group\":\"fire-doors\",\"verb\":\"close\"}");
            return answer.has("id") ? java.util.Optional.of(answer) : java.util.Optional.empty();
        });
        Eventually.holds("the door closes", () -> state(door1).equals("closed"));
    }

    @Test
    @Order(9)
    void theAuditLogIsWholeAndHoldsNoSecretWord() throws Exception {
        JsonNode verdict = site.get("/audit/verify");
        assertThat(verdict.get("fault").isNull()).as("%s", verdict).isTrue();
        assertThat(verdict.get("entries").asLong()).isGreaterThan(20);
        assertThat(site.get("/audit").toString()).contains("member.evicted", "credential.confirmed", "epoch.intended");
    }

    @Test
    @Order(10)
    void aServerThatIsStoppedClosesItsBooksBeforeItsEnclaveGoes() throws Exception {
        server.close();
        assertThat(Files.readString(server.file("log"))).doesNotContain("Exception");
        server.start();
        Eventually.holds(
                "the log is whole, up to a checkpoint of the stop",
                () -> site.get("/audit/verify").get("fault").isNull());
    }

    private static long epoch() throws Exception {
        return site.get("/groups/fire-doors").get("epoch").asLong();
    }

    private static String state(Program device) throws Exception {
        return site.status(device).get("actuator").get("state").asString();
    }

    private static long actions(Program device) throws Exception {
        return site.status(device).get("actuator").get("actions").asLong();
    }

    private static JsonNode control(String order) throws Exception {
        return Site.send(agent.address("control"), agent, "agent.token", "/commands", order);
    }
}
