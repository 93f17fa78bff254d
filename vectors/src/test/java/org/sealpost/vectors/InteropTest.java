package org.sealpost.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;

/** What the command says and does where the other implementation can't be had; the exchange itself is run by {@code .ci/run}. */
@Isolated("it reads System.err")
class InteropTest {
    @TempDir
    Path folder;

    @Test
    void withoutPythonItSaysWhatIsMissing() {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(run("aiocoap", "--work", folder.toString(), "--python", "no-such-python"))
                    .isEqualTo(InteropMain.NOT_THERE);
        } finally {
            System.setErr(before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("needs Python 3.11 or newer");
    }

    @Test
    void wrongOptionsAreOnesOfTheirOwn() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("libcoap")).isEqualTo(2);
    }

    @Test
    void thePeersScriptAndItsRequirementsAreThere() throws IOException {
        assertThat(new String(PythonFolder.resource("aiocoap_peer.py"), StandardCharsets.UTF_8))
                .contains("SimpleGroupContext");
        assertThat(PythonFolder.version()).matches("[0-9.]+");
    }

    private static int run(String... arguments) {
        return new CommandLine(new InteropMain()).execute(arguments);
    }
}
