package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each program on ground that does not carry it: it ends with exit code 1 and one sentence that says what to do, and no stack trace. */
class BadGroundTest {
    private static final String NOWHERE = "http://127.0.0.1:9";
    private static final String FLEET = """
            domain: sealpost.example
            gateways: [{id: gw-north}]
            groups: [{id: fire-doors, verbs: [close]}]
            devices: [{name: door-1, gateway: gw-north, function: fire-door, zone: a, groups: [fire-doors]}]
            """;

    @TempDir
    Path folder;

    private Path fleet;

    /** The programs, with what each needs to start. */
    enum Kind {
        SERVER("org.sealpost.server.ServerMain"),
        GATEWAY("org.sealpost.gateway.GatewayMain", "--registrar", NOWHERE),
        AGENT("org.sealpost.agent.AgentMain", "--gateway", NOWHERE),
        DEVICE("org.sealpost.device.DeviceMain", "--gateway", NOWHERE);

        private final String main;
        private final List<String> arguments;

        Kind(String main, String... arguments) {
            this.main = main;
            this.arguments = List.of(arguments);
        }
    }

    @BeforeEach
    void describe() throws Exception {
        fleet = Files.writeString(folder.resolve("fleet.yaml"), FLEET);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SERVER --http 127.0.0.1:PORT",
                "SERVER --admin 127.0.0.1:PORT",
                "GATEWAY --http 127.0.0.1:PORT",
                "GATEWAY --coap 127.0.0.1:PORT",
                "AGENT --control 127.0.0.1:PORT",
                "AGENT --listen http://127.0.0.1:PORT",
                "DEVICE --listen http://127.0.0.1:PORT",
                "DEVICE --listen coap://127.0.0.1:PORT",
            })
    void aPortThatIsTaken(String how) throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket tcp = new ServerSocket(0, 1, loopback);
                DatagramSocket udp = new DatagramSocket(new InetSocketAddress(loopback, tcp.getLocalPort()))) {
            assertThat(udp.isBound()).isTrue();
            String port = String.valueOf(tcp.getLocalPort());
            String[] words = how.replace("PORT", port).split(" ");
            Once ended = run(Kind.valueOf(words[0]), folder.resolve("state"), words[1], words[2]);
            complains(ended);
            assertThat(ended.said()).contains(port).contains("choose another");
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void aStateDirectoryThatIsReadOnly(Kind kind) throws Exception {
        try (Mount mount = Mount.of(folder.resolve("m"), "ro,size=1m")) {
            assertThat(mount).isNotNull();
            Once ended = run(kind, folder.resolve("m/state"));
            complains(ended);
            assertThat(ended.said()).contains("writable");
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void aDiskThatIsFull(Kind kind) throws Exception {
        try (Mount mount = Mount.of(folder.resolve("m"), "size=8k")) {
            assertThat(mount).isNotNull();
            Once ended = run(kind, folder.resolve("m/state"));
            complains(ended);
            assertThat(ended.said()).contains("free some space");
        }
    }

    @Tag("long")
    @Test
    void aDiskThatFillsUpUnderARunningServer() throws Exception {
        try (Mount mount = Mount.of(folder.resolve("server"), "size=24m")) {
            assertThat(mount).isNotNull();
            try (Site site = new Site(folder, FLEET)) {
                Program door = site.device("door-1", "fire-door", "--polling");
                site.enrol(door);
                Eventually.holds("the door confirmed epoch 1", site::allCurrent);
                Path filler = folder.resolve("server/filler");
                fill(filler);
                var refused = site.post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}");
                assertThat(refused.path("status").asInt())
                        .as(refused.toString())
                        .isEqualTo(5000);
                assertThat(refused.path("sentence").asString()).contains("free some space");
                Files.delete(filler);
                Eventually.holds(
                        "an epoch is drawn once there is room",
                        () -> site.post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}")
                                .has("epoch"));
                Eventually.holds("the door confirmed it", site::allCurrent);
                assertThat(site.get("/audit/verify").get("fault").isNull()).isTrue();
                assertThat(site.get("/status")
                                .get("counters")
                                .get("door.refused.5000")
                                .asLong())
                        .isPositive();
            }
        }
    }

    private static void fill(Path file) throws Exception {
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (java.io.IOException full) {
            assertThat(full).hasMessageContaining("No space");
        }
    }

    @Tag("long")
    @Test
    void aDatabaseOfTheServerThatIsDamaged() throws Exception {
        Path state = Files.createDirectories(folder.resolve("state"));
        damaged(Kind.SERVER, state, "server.db");
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"SERVER", "GATEWAY"})
    void aResourceStoreThatIsDamaged(Kind kind) throws Exception {
        damaged(kind, Files.createDirectories(folder.resolve("state")), "cse.db");
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"SERVER", "AGENT", "DEVICE"})
    void anEnclaveKeyThatIsDamaged(Kind kind) throws Exception {
        Path enclave = Files.createDirectories(folder.resolve("state/enclave"));
        Path key = Files.write(enclave.resolve("enclave.key"), new byte[7]);
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        Once ended = run(kind, folder.resolve("state"));
        complains(ended);
        assertThat(ended.said()).contains("damaged").contains("backup");
        assertThat(key).hasBinaryContent(new byte[7]);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"SERVER", "AGENT", "DEVICE"})
    void anEnclaveStateThatIsDamaged(Kind kind) throws Exception {
        Path enclave = Files.createDirectories(folder.resolve("state/enclave"));
        String compartment = kind == Kind.SERVER ? "server" : kind == Kind.AGENT ? "agent" : "door-1";
        Path file = enclave.resolve(compartment + ".sealed");
        byte[] octets = new byte[200];
        Arrays.fill(octets, (byte) 7);
        Files.write(file, octets);
        Once ended = run(kind, folder.resolve("state"));
        complains(ended);
        assertThat(ended.said()).contains("damaged").contains("backup");
        assertThat(file).hasBinaryContent(octets);
    }

    @Test
    void aFleetFileThatIsNotThereOrHasAMistake() throws Exception {
        Files.writeString(fleet, FLEET.replace("gateway: gw-north", "gateway: gw-south"));
        Once ended = run(Kind.SERVER, folder.resolve("state"));
        complains(ended);
        assertThat(ended.said()).contains("line 4").contains("gw-south");
        assertThat(folder.resolve("state")).doesNotExist();
        Files.delete(fleet);
        Once missing = run(Kind.SERVER, folder.resolve("state"));
        complains(missing);
        assertThat(missing.said()).contains("fleet.yaml");
    }

    private void damaged(Kind kind, Path state, String name) throws Exception {
        byte[] octets = new byte[8192];
        Arrays.fill(octets, (byte) 'x');
        Path file = Files.write(state.resolve(name), octets);
        Once ended = run(kind, state);
        complains(ended);
        assertThat(ended.said()).contains(name).contains("damaged").contains("backup");
        assertThat(file).hasBinaryContent(octets);
    }

    private Once run(Kind kind, Path state, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(kind.arguments);
        if (kind == Kind.SERVER) {
            arguments.addAll(List.of("--fleet", fleet.toString()));
        }
        arguments.addAll(List.of("--state", state.toString()));
        arguments.addAll(List.of(more));
        String room = kind.name().toLowerCase(java.util.Locale.ROOT);
        return Once.run(room, kind.main, folder, arguments.toArray(String[]::new));
    }

    private static void complains(Once ended) {
        assertThat(ended.exitCode()).as(ended.said()).isEqualTo(1);
        assertThat(ended.said()).startsWith("sealpost ").doesNotContain("\tat ").doesNotContain("Exception in");
    }
}
