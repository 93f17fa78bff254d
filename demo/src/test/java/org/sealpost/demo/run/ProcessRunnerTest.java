package org.sealpost.demo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessRunnerTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Test
    void closingLeavesNoProcessNeitherChildNorGrandchild() throws Exception {
        Managed parent;
        List<ProcessHandle> children;
        try (ProcessRunner runner = new ProcessRunner(directory.resolve("logs"))) {
            parent = runner.start(
                    "p", directory, List.of("bash", "-c", "sleep 1000 & echo started; trap '' TERM; wait"));
            Until.holds(SOON, "the child runs", () -> !parent.children().isEmpty());
            children = parent.children();
            assertThat(runner.running()).containsExactly(parent);
        }
        assertThat(parent.alive()).isFalse();
        assertThat(children).isNotEmpty().noneMatch(Alive::runs);
        assertThat(parent.lastWords()).contains("started");
    }

    /** Seen as "an enclave outlived its program" where the system's first process was slow to ask for exit codes. */
    @Test
    void whatHasEndedAndIsNotAskedForItsExitCodeDoesNotRun() throws Exception {
        try (ProcessRunner runner = new ProcessRunner(directory)) {
            Managed careless = runner.start("p", directory, List.of("bash", "-c", "sleep 0.5 & exec sleep 1000"));
            Until.holds(SOON, "the child runs", () -> !careless.children().isEmpty());
            ProcessHandle child = careless.children().get(0);
            Until.holds(SOON, "the child has ended", () -> !Alive.runs(child));
            if (Files.exists(Path.of("/proc/self/stat"))) {
                assertThat(child.isAlive()).as("what the platform says").isTrue();
            }
        }
    }

    @Test
    void killingIsImmediateAndANewOneAppendsToTheLog() throws Exception {
        try (ProcessRunner runner = new ProcessRunner(directory)) {
            Managed first = runner.start("p", directory, List.of("bash", "-c", "echo first; exec sleep 1000"));
            Until.holds(SOON, "it logs", () -> first.lastWords().contains("first"));
            first.kill();
            assertThat(first.alive()).isFalse();
            Managed second = runner.start("p", directory, List.of("bash", "-c", "echo second; exec sleep 1000"));
            Until.holds(SOON, "it logs", () -> second.lastWords().equals("first\nsecond"));
        }
    }

    @Test
    void aClosedRunnerStartsNothing() throws Exception {
        ProcessRunner runner = new ProcessRunner(directory);
        runner.close();
        assertThatThrownBy(() -> runner.start("p", directory, List.of("true"))).isInstanceOf(IOException.class);
    }

    @Test
    void waitingSaysWhatItWaitedForAndWhy() {
        assertThatThrownBy(() -> Until.found(Duration.ZERO, "the moon", () -> {
                    throw new IOException("cloudy");
                }))
                .isInstanceOf(Until.TooLate.class)
                .hasMessageContaining("the moon")
                .hasMessageContaining("cloudy");
        assertThatThrownBy(() -> Until.found(Duration.ZERO, "the sun", Optional::empty))
                .hasMessage("not within 0 s: the sun");
    }

    @Test
    void aHeapDumpHoldsWhatTheProgramHolds() throws Exception {
        Path source = Files.writeString(
                directory.resolve("Holder.java"),
                "class Holder{public static void main(String[] a)throws Exception{System.out.println(\"up\");Thread.currentThread().join();}}");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String marker = "marker-4711-in-a-property";
        try (ProcessRunner runner = new ProcessRunner(directory)) {
            Managed holder = runner.start("holder", directory, List.of(java, "-Dmarker=" + marker, source.toString()));
            Until.holds(
                    Duration.ofSeconds(30), "it is up", () -> holder.lastWords().contains("up"));
            Path dump = directory.resolve("holder.hprof");
            HeapDumps.dump(holder.pid(), dump);
            assertThat(new String(Files.readAllBytes(dump), StandardCharsets.ISO_8859_1))
                    .contains(marker);
        }
    }
}
