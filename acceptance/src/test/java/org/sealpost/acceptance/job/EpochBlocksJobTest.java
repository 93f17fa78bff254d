package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.BlockCertificate;
import org.sealpost.group.block.BlockChain;
import tools.jackson.databind.JsonNode;

/** Epochs by blocks on real processes over real sockets: each test is a scene, played in order. */
@Tag("long")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EpochBlocksJobTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north}
            groups:
              - {id: fire-doors, verbs: [close, open], overlap: 60s}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
              - {name: door-2, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
              - {name: door-3, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
            """;

    @TempDir
    static Path folder;

    private static Site site;
    private static Program listening;
    private static Program polling;
    private static Program captured;

    @BeforeAll
    static void start() throws Exception {
        site = new Site(folder, FLEET);
        listening = site.device("door-1", "fire-door", "--listen", "http://127.0.0.1:0");
        polling = site.device("door-2", "fire-door", "--polling");
        captured = site.device("door-3", "fire-door", "--listen", "http://127.0.0.1:0");
        for (Program door : List.of(listening, polling, captured)) {
            site.enrol(door);
        }
        Eventually.holds("all doors confirmed and all resources are in place", site::allCurrent);
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    @Test
    @Order(1)
    void aRotationIsOneBlockThatEveryDoorOpensItself() throws Exception {
        assertThat(group().get("scheme").asString()).isEqualTo("subset-difference");
        long fetched = fetched(listening) + fetched(polling);
        long epoch = post("rotate", "{\"reason\":\"rehearsal\"}");
        Eventually.holds("all doors confirmed", site::allCurrent);
        for (Program door : List.of(listening, polling, captured)) {
            Eventually.holds("it shows the epoch", () -> epoch(door) == epoch);
            Eventually.holds(
                    "it says that it opened a block",
                    () -> site.status(door).get("opened").asLong() > 0);
        }
        assertThat(fetched(listening) + fetched(polling)).isEqualTo(fetched);
        group().get("members").forEach(m -> assertThat(m.get("way").asString()).isEqualTo("BLOCK"));
    }

    @Test
    @Order(2)
    void aDoorThatMissedEverythingReadsTheNewestBlockWhileTheServerIsDown() throws Exception {
        polling.kill();
        post("rotate", "{\"reason\":\"rehearsal\"}");
        long epoch = post("rotate", "{\"reason\":\"rehearsal\"}");
        Eventually.holds(
                "the newest block is at the gateway",
                () -> member("door-2").get("delivery").asString().equals("AT_GATEWAY"));
        assertThat(member("door-2").get("reason").asString()).contains("not confirmed");
        // Who is there has told the server: a confirmation that a dead server cost would be tried again after a minute
        // at most.
        Eventually.holds(
                "the others confirmed",
                () -> member("door-1").get("current").asBoolean()
                        && member("door-3").get("current").asBoolean());
        site.server().kill();
        polling.start();
        Eventually.holds("the door holds the newest epoch", () -> epoch(polling) == epoch);
        site.server().start();
        Eventually.holds("and the server knows", site::allCurrent);
    }

    @Test
    @Order(3)
    void theEvictedDoorStaysOutsideAndTheOthersGoOn() throws Exception {
        JsonNode cost = site.post("/groups/fire-doors/preview", "{\"members\":[\"door-3\"]}");
        assertThat(cost.get("asleep")).isEmpty();
        assertThat(cost.get("individualMessages").asLong()).isZero();
        long before = epoch(captured);
        long epoch = post("evict", "{\"member\":\"door-3\",\"reason\":\"stolen\",\"captured\":true}");
        assertThat(group().get("block").get("octets").asLong())
                .isEqualTo(cost.get("octets").asLong());
        Eventually.holds("the others confirmed", site::allCurrent);
        site.post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"close\"}");
        for (Program door : List.of(listening, polling)) {
            Eventually.holds(
                    "it closes",
                    () -> site.status(door)
                            .get("actuator")
                            .get("state")
                            .asString()
                            .equals("closed"));
        }
        captured.kill();
        captured.start();
        Eventually.holds(
                "the evicted door looks at the block, in vain",
                () -> site.status(captured)
                                .get("enclave")
                                .path("blocks.excluded")
                                .asLong(0)
                        > 0);
        assertThat(epoch(captured)).isEqualTo(before).isLessThan(epoch);
    }

    @Test
    @Order(4)
    void aSuspendedDoorComesBack() throws Exception {
        post("suspend", "{\"member\":\"door-2\",\"reason\":\"repair\"}");
        Eventually.holds("the other confirmed", site::allCurrent);
        assertThat(group().get("suspended").toString()).contains("door-2");
        post("resume", "{\"member\":\"door-2\",\"reason\":\"repaired\"}");
        Eventually.holds("both are there", () -> group().get("members").size() == 2 && site.allCurrent());
    }

    @Test
    @Order(5)
    void theChainOfBlocksIsVerifiedWithPublicKeysAlone() throws Exception {
        JsonNode export = site.get("/groups/fire-doors/blocks");
        List<byte[]> blocks = new ArrayList<>();
        export.get("blocks").forEach(b -> blocks.add(Base64.getDecoder().decode(b.asString())));
        byte[] key = BlockCertificate.verify(
                        export.get("certificate").asString(),
                        Jwk.parse(export.get("rootKey").asString()),
                        System.currentTimeMillis() / 1000)
                .key();
        BlockChain chain = BlockChain.verify(export.get("group").asString(), key, blocks);
        assertThat(chain.fault()).isEmpty();
        assertThat(chain.links()).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    @Order(6)
    void aGroupThatIsDeletedIsForgottenByItsMembersAndGoneAtTheGateway() throws Exception {
        long end = System.currentTimeMillis() / 1000 + 3600;
        JsonNode limited = site.post("/groups/fire-doors/expire", "{\"at\":" + end + ",\"reason\":\"lease ends\"}");
        assertThat(limited.get("expires").asLong()).isEqualTo(end);
        for (Program door : List.of(listening, polling)) {
            Eventually.holds(
                    "it has the epoch that ends with the group",
                    () -> epoch(door) == limited.get("epoch").asLong());
        }
        site.post("/groups/fire-doors/delete", "{\"reason\":\"site closed\"}");
        for (Program door : List.of(listening, polling)) {
            Eventually.holds(
                    "it forgot the group",
                    () -> site.status(door).path("credentials").isEmpty());
        }
        Eventually.holds(
                "everybody said so, and nothing is left at the gateway",
                () -> group().get("untold").isEmpty() && !site.get("/status").has("unfinished"));
        assertThat(group().has("deleted")).isTrue();
        assertThat(group().has("epoch")).isFalse();
        JsonNode refused = site.post("/groups/fire-doors/rotate", "{\"reason\":\"x\"}");
        assertThat(refused.get("status").asInt()).isEqualTo(4105);
        site.server().kill();
        site.server().start();
        Eventually.holds("the server knows it over a restart", () -> group().has("deleted"));
    }

    private static long post(String verb, String body) throws Exception {
        JsonNode answer = site.post("/groups/fire-doors/" + verb, body);
        assertThat(answer.has("epoch")).as("%s", answer).isTrue();
        return answer.get("epoch").asLong();
    }

    private static JsonNode group() throws Exception {
        return site.get("/groups/fire-doors");
    }

    private static JsonNode member(String name) throws Exception {
        for (JsonNode m : group().get("members")) {
            if (m.get("identity").asString().endsWith("/C" + name)) {
                return m;
            }
        }
        throw new AssertionError("no member " + name);
    }

    private static long epoch(Program door) throws Exception {
        return site.status(door).path("credentials").path(0).path("epoch").asLong(0);
    }

    private static long fetched(Program door) throws Exception {
        return site.status(door).get("fetched").asLong();
    }
}
