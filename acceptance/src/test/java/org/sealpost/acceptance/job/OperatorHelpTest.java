package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.cli.OperatorMain;
import picocli.CommandLine;

/** What the operator's verbs say before there is a server. */
class OperatorHelpTest {
    @TempDir
    Path folder;

    @Test
    void eachVerbHasHelpWithExamples() {
        var verbs = new CommandLine(new OperatorMain()).getSubcommands();
        assertThat(verbs).containsKeys("status", "rotate", "evict", "renew", "revoke", "enrol", "audit");
        verbs.forEach((name, verb) -> {
            assertThat(verb.getCommandSpec().optionsMap()).as(name).containsKey("--help");
            assertThat(verb.getUsageMessage()).as(name).contains("Examples:").contains("sealpost " + name);
        });
    }

    @Test
    void withoutAServerItSaysHowToGetOne() throws Exception {
        String nowhere = folder.resolve("nothing").toString();
        Once nothing = Once.run("cli", OperatorMain.class.getName(), folder, "status", "--state", nowhere);
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.said()).contains("no server state in").contains("hint: ");
    }
}
