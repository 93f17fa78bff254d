package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Pairwise keys of real programs are renewed: by the fleet file's rule before the first credential, and when an operator wants it. */
class RenewalTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways: [{id: gw-north}]
            groups: [{id: fire-doors, verbs: [close, open], forwardSecret: true}]
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, groups: [fire-doors]}
              - {name: door-2, gateway: gw-north, function: fire-door, groups: [fire-doors], renewal: {mechanism: ephemeral}}
            security:
              renewal: {mechanism: strongest, every: 30d}
            """;

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
    void credentialsWaitForForwardSecretKeysAndKeysAreRenewedOnDemandAndAfterAKill() throws Exception {
        Program door1 = site.device("door-1", "fire-door", "--polling");
        Program door2 = site.device("door-2", "fire-door", "--listen", "http://127.0.0.1:0");
        site.enrol(door1);
        site.enrol(door2);
        Eventually.holds(
                "both hold the credential", () -> site.allCurrent() && members().size() == 2);
        assertThat(key("door-1").get("origin").asString()).isEqualTo("certificate");
        assertThat(key("door-2").get("origin").asString()).isEqualTo("ephemeral");
        assertThat(key("door-1").get("forwardSecret").asBoolean()).isTrue();

        String before1 = key("door-1").get("id").asString();
        String before2 = key("door-2").get("id").asString();
        site.post("/renew", "{\"all\":true}");
        door1.kill();
        door2.kill();
        door1.start();
        door2.start();
        Eventually.holds(
                "both have new keys",
                () -> !key("door-1").get("id").asString().equals(before1)
                        && !key("door-2").get("id").asString().equals(before2));
        site.post("/groups/fire-doors/rotate", "{}");
        Eventually.holds(
                "both hold the new epoch",
                () -> members()
                        .valueStream()
                        .allMatch(m -> m.get("confirmedEpoch").asLong() >= 2
                                && m.get("current").asBoolean()));
        assertThat(site.get("/negotiations").toString())
                .contains("renewal certificate", "renewal ephemeral", "strongest of the policy's (ephemeral)");
        assertThat(site.get("/audit").toString()).contains("renewal.wanted", "pairwise.agreed", "pairwise.renewed");
    }

    private JsonNode members() throws Exception {
        return site.get("/groups/fire-doors").get("members");
    }

    private JsonNode key(String name) throws Exception {
        return members()
                .valueStream()
                .filter(m -> m.get("identity").asString().endsWith("/C" + name))
                .findFirst()
                .orElseThrow()
                .get("key");
    }
}
