package org.sealpost.demo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ResidentTest {
    @Test
    void whatThisProcessHoldsIsSeen() {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "this system has no /proc");
        assertThat(Resident.mebibytes(ProcessHandle.current().pid()).orElse(0)).isBetween(8L, 100_000L);
    }

    @Test
    void aProcessThatIsGoneHoldsNothing() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        assertThat(Resident.mebibytes(gone.pid())).isEmpty();
    }
}
