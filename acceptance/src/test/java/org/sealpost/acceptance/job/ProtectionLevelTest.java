package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.cli.OperatorMain;
import tools.jackson.databind.JsonNode;

/** A group asks for a protection level (TS-0003 6.3.1): a program whose secure environment is of a lower one is not given its credential, and the operator sees why. */
@Tag("long")
class ProtectionLevelTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways: [{id: gw-north}]
            groups:
              - {id: vault-doors, verbs: [close], secureEnvironment: 2}
              - {id: fire-doors, verbs: [close]}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, groups: [vault-doors, fire-doors]}
              - {name: door-2, gateway: gw-north, function: fire-door, groups: [vault-doors, fire-doors]}
            """;
    private static final String REASON =
            "the group asks for a secure environment of level 2 and that end point's (process) is of level 1:"
                    + " give it a better one and enrol it again, or take it out of the group";

    @TempDir
    Path folder;

    private Site site;

    @BeforeEach
    void start() throws Exception {
        site = new Site(folder, FLEET);
    }

    @AfterEach
    void stop() {
        site.close();
    }

    @Test
    void aPolicyOfLevelTwoRefusesADeviceOfLevelOneWithAClearReasonAndServesTheOther() throws Exception {
        Program low = site.device("door-1", "fire-door", "--polling");
        Program high = site.deviceOfLevel(2, "door-2", "fire-door", "--polling");
        site.enrol(low);
        site.enrol(high);
        Eventually.holds(
                "what may be delivered is confirmed",
                () -> member("vault-doors", "door-2").path("current").asBoolean()
                        && member("fire-doors", "door-1").path("current").asBoolean()
                        && member("fire-doors", "door-2").path("current").asBoolean());
        Eventually.holds(
                "the refusal is shown",
                () -> member("vault-doors", "door-1")
                        .path("reason")
                        .asString("")
                        .contains(REASON));
        JsonNode refused = member("vault-doors", "door-1");
        assertThat(refused.path("current").asBoolean()).isFalse();
        assertThat(refused.path("confirmedEpoch").asLong()).isZero();
        assertThat(refused.path("level").asLong()).isEqualTo(1);
        assertThat(member("vault-doors", "door-2").path("level").asLong()).isEqualTo(2);
        JsonNode held = site.status(low).path("credentials");
        assertThat(held.size()).isEqualTo(1);
        assertThat(held.get(0).path("group").asString()).endsWith("/fire-doors");

        for (String verb : List.of("status", "deliveries")) {
            Once shown = Once.run(
                    "cli",
                    OperatorMain.class.getName(),
                    folder,
                    verb,
                    "--state",
                    site.server().state().toString());
            assertThat(shown.exitCode()).as(shown.said()).isZero();
            assertThat(shown.said()).contains(REASON);
        }
    }

    private JsonNode member(String group, String name) throws Exception {
        return site.get("/groups/" + group)
                .get("members")
                .valueStream()
                .filter(m -> m.get("identity").asString().endsWith("/C" + name))
                .findFirst()
                .orElseThrow();
    }
}
