package org.sealpost.load;

import org.sealpost.load.commands.CommandsCommand;
import org.sealpost.load.groups.GroupsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Load: how far groups and commands go. */
@Command(
        name = "sealpost load",
        mixinStandardHelpOptions = true,
        description = "How far groups and commands go; everything that is printed is measured in the run.",
        subcommands = {GroupsCommand.class, CommandsCommand.class})
public final class LoadMain implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new LoadMain()).execute(args));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "load what? groups or commands");
        }
    }
}
