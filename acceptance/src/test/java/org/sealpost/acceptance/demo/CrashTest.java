package org.sealpost.acceptance.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The short form of {@code ./sealpost crash}: each kind of process dies inside the work, and everything holds. */
@Tag("long")
class CrashTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "main-job, 1, agent device enclave gateway server",
        "certificate, 1, agent device enclave gateway server",
        "provisioning, 1, device enclave gateway maf mef server"
    })
    void aFewKillsOfEachKindOfProcessLoseNothing(String scenario, int moments, String targets) throws Exception {
        Launcher.Ended crash =
                Launcher.run(folder, "crash", "--scenario", scenario, "--moments", Integer.toString(moments), "--json");
        // Seed, moments, and how to replay one that failed.
        System.out.println(crash.err());
        assertThat(crash.exitCode()).as(crash.err()).isZero();
        JsonNode report = crash.json();
        assertThat(report.get("ok").asBoolean()).isTrue();
        Set<String> killed = new TreeSet<>();
        report.get("moments").forEach(m -> killed.add(m.get("target").asString()));
        assertThat(killed).containsExactly(targets.split(" "));
        assertThat(report.get("moments").size()).isEqualTo(moments * killed.size());
        assertThat(Launcher.leftovers("/crash" + crash.processId() + "/")).isEmpty();
        assertThat(Launcher.HOME.resolve("target/w/crash" + crash.processId()))
                .satisfies(p -> assertThat(Files.exists(p)).isFalse());
    }

    @Test
    void wrongOptionsAreSaidSo() throws Exception {
        Launcher.Ended unknown = Launcher.run(folder, "crash", "--target", "operator");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("enclave");
        Launcher.Ended ambiguous = Launcher.run(folder, "crash", "--moment", "3");
        assertThat(ambiguous.exitCode()).isEqualTo(2);
        assertThat(ambiguous.err()).contains("--target");
    }
}
