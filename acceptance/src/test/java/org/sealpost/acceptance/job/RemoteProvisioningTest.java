package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A device that left the factory with a credential reaches its group by itself, while the MEF is away, not yet told, or killed under it; then it is revoked. */
@Tag("long")
class RemoteProvisioningTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north}
            groups:
              - {id: fire-doors, verbs: [close, open]}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
            """;
    private static final String DOOR = "//sealpost.example/gw-north/Cdoor-1";

    @TempDir
    Path folder;

    private Site site;
    private Program mef;

    @AfterEach
    void stop() {
        site.close();
    }

    @Test
    void aDeviceReachesItsGroupWithNoHandOnItAndIsRevokedEverywhere() throws Exception {
        site = new Site(folder, FLEET);
        mef = site.program(
                "server",
                "org.sealpost.server.FunctionMain",
                "mef",
                "mef",
                "--listen",
                Site.fixedPort(),
                "--retry",
                "2");
        join();
        manufacture();
        mef.kill();
        Program door = site.device("door-1", "fire-door", "--polling");
        Eventually.holds(
                "the door says that its MEF is away", () -> provisioning(door).contains("can't be reached"));
        mef.start();
        Eventually.holds(
                "the door says that nobody said who it is",
                () -> provisioning(door).contains("4128"));
        atMef(
                "/mef/assign",
                "{\"credential\":\"door-1@mef.sealpost.example\",\"identity\":\"" + DOOR
                        + "\",\"grants\":[{\"usage\":23,\"target\":\"//sealpost.example/in-cse\"}]}");
        site.server().kill();
        site.server().start();
        Eventually.holds(
                "the door is enrolled", () -> site.status(door).path("enrolled").asBoolean());
        door.kill();
        mef.kill();
        mef.start();
        door.start();
        Eventually.holds("the door confirmed its group's credential", site::allCurrent);
        assertThat(door.state().resolve("enrolment-request.json")).doesNotExist();
        site.post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"close\"}");
        Eventually.holds(
                "the door closes",
                () -> site.status(door).at("/actuator/state").asString().equals("closed"));

        atMef(
                "/mef/assign",
                "{\"credential\":\"door-1@mef.sealpost.example\",\"identity\":\"" + DOOR
                        + "\",\"grants\":[{\"usage\":23,\"target\":\"//sealpost.example/in-cse\"},"
                        + "{\"usage\":24,\"target\":\"//sealpost.example/in-cse\"}]}");
        Eventually.holds(
                "the door comes back for the key that it was assigned since",
                () -> atMef("/mef/clients", "")
                        .valueStream()
                        .filter(c -> c.path("identity").asString().equals(DOOR))
                        .anyMatch(c -> c.path("keys").asInt() == 2));
        assertThat(site.allCurrent()).isTrue();

        site.post("/revoke", "{\"member\":\"gw-north.door-1\",\"reason\":\"stolen\"}");
        assertThat(site.get("/groups/fire-doors").path("members")).isEmpty();
        Eventually.holds(
                "the MEF knows",
                () -> atMef("/mef/clients", "")
                        .valueStream()
                        .anyMatch(c -> c.path("state").asString().equals("revoked: stolen")));
        assertThat(site.get("/audit/verify").path("fault").isNull()).isTrue();
        List<String> touched =
                List.of("credential.manufactured", "token.used", "key.registered", "key.retrieved", "client.revoked");
        Eventually.holds(
                "the MEF's audit log holds every touch",
                () -> atMef("/audit", "")
                        .valueStream()
                        .map(e -> e.path("kind").asString())
                        .toList()
                        .containsAll(touched));
    }

    private void join() throws Exception {
        mef.address("tls");
        JsonNode request = site.get("/manufacture-request");
        JsonNode made = atMef(
                "/mef/manufacture",
                "{\"name\":\"in-cse\",\"agreementKey\":"
                        + quoted(request.path("agreementKey").asString()) + "}");
        atMef(
                "/mef/assign",
                "{\"credential\":\"in-cse@mef.sealpost.example\",\"identity\":\"//sealpost.example/in-cse\","
                        + "\"role\":\"SERVER\"}");
        site.post(
                "/join",
                "{\"manufacturePackage\":"
                        + quoted(made.path("manufacturePackage").asString()) + "}");
    }

    /** The factory is a program that ends; it shares the device's state directory. */
    private void manufacture() throws Exception {
        Files.writeString(mef.state().resolve("admin.address"), mef.address("admin"));
        Path state = Files.createDirectories(folder.resolve("door-1").resolve("state"));
        Process factory = Program.once(
                "device",
                "org.sealpost.device.ManufactureMain",
                folder.resolve("factory"),
                List.of(
                        "--name",
                        "door-1",
                        "--state",
                        state.toString(),
                        "--mef",
                        mef.state().toString()));
        assertThat(factory.waitFor(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        assertThat(factory.exitValue())
                .as(Files.readString(folder.resolve("factory").resolve("log")))
                .isZero();
    }

    private String provisioning(Program door) throws Exception {
        return Files.exists(door.file("status"))
                ? site.status(door).path("provisioning").asString("")
                : "";
    }

    private JsonNode atMef(String path, String body) throws Exception {
        return Site.send(mef.address("admin"), mef, "admin.token", path, body);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\\\"") + "\"";
    }
}
