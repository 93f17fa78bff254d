package org.sealpost.acceptance.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The demo as a whole, and the demo's own checks: with each planted fault it must fail, and name the step. */
@Tag("long")
class DemoTest {
    @TempDir
    Path folder;

    @Test
    void everyStepIsProvedAndNothingIsLeftBehind() throws Exception {
        Launcher.Ended demo = Launcher.run(folder, "demo", "--json");
        assertThat(demo.exitCode()).as(demo.err()).isZero();
        JsonNode report = demo.json();
        assertThat(report.get("ok").asBoolean()).isTrue();
        assertThat(report.get("steps").size()).isEqualTo(18);
        for (JsonNode step : report.get("steps")) {
            assertThat(step.get("facts").size()).as(step.toString()).isPositive();
        }
        String work = "demo" + demo.processId();
        assertThat(Launcher.leftovers("/" + work + "/")).isEmpty();
        for (Path place : new Path[] {Launcher.HOME.resolve("target/w"), Path.of("/tmp")}) {
            try (Stream<Path> left = Files.exists(place) ? Files.list(place) : Stream.empty()) {
                assertThat(left.map(p -> p.getFileName().toString()).filter(work::equals))
                        .isEmpty();
            }
        }
    }

    /** Root and signature keys of server, agents and devices in a token each. */
    @Test
    void theWholeDemoRunsOnTokens() throws Exception {
        Assumptions.assumeTrue(
                Files.isReadable(Path.of("/usr/lib/softhsm/libsofthsm2.so")),
                "SoftHSM2 is not installed: the demo on tokens is skipped (apt-get install softhsm2)");
        Launcher.Ended demo = Launcher.run(folder, "demo", "--json", "--secure-environment", "pkcs11");
        assertThat(demo.exitCode()).as(demo.err()).isZero();
        JsonNode report = demo.json();
        assertThat(report.get("ok").asBoolean()).isTrue();
        assertThat(report.get("steps").size()).isEqualTo(18);
        assertThat(report.get("steps").get(17).get("facts").toString()).contains("were made in 9 tokens");
    }

    @ParameterizedTest
    @CsvSource({
        "courier-has-key,leak-check",
        "acts-on-forged,forged",
        "acts-twice,replayed",
        "leaky-answer,leak-check",
        "lost-delivery,restart",
        "skipped-signature,forged",
        "audit-entry-removed,audit",
        "evicted-opens,evict",
    })
    @Timeout(180)
    void aPlantedFaultIsNoticedAndItsStepIsNamed(String fault, String step) throws Exception {
        Launcher.Ended demo = Launcher.run(folder, "demo", "--json", "--plant", fault);
        assertThat(demo.exitCode()).as(demo.err()).isEqualTo(1);
        assertThat(demo.json().get("ok").asBoolean()).isFalse();
        assertThat(demo.json().get("failed").asString()).as(demo.err()).isEqualTo(step);
        assertThat(demo.err()).contains("Not proved: step \"" + step + "\"");
    }

    @Test
    void anUnknownSecureEnvironmentIsAnErrorOfTheUser() throws Exception {
        Launcher.Ended unknown = Launcher.run(folder, "demo", "--secure-environment", "paper");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("pkcs11");
    }

    @Test
    void anUnknownFaultIsAnErrorOfTheUser() throws Exception {
        Launcher.Ended demo = Launcher.run(folder, "demo", "--plant", "nonsense");
        assertThat(demo.exitCode()).isEqualTo(2);
        assertThat(demo.err()).contains("courier-has-key");
    }
}
