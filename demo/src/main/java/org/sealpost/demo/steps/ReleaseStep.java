package org.sealpost.demo.steps;

import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;

/** The server itself commands what can't be delegated. */
final class ReleaseStep extends Scene {
    ReleaseStep(Stage stage) {
        super(
                stage,
                "release",
                "The server releases the extinguishers",
                "a verb that needs the server's own signature is executed exactly once by each member");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Console console = stage.console();
        long id = console.command(Plan.EXTINGUISHERS, "release", stage.arguments(), false);
        Until.holds(Stage.SOON, "all members acknowledge command " + id, () -> {
            Console.Command command = console.command(id);
            evidence.progress(command.answers().size() + " acknowledgements");
            return command.answeredByAll();
        });
        for (Plan.Device device : stage.devices(Plan.EXTINGUISHERS)) {
            long count = stage.device(device.name()).count("release");
            NotProved.unless(count == 1, device.name() + " released " + count + " times instead of once");
            evidence.proved(device.name() + " released once ("
                    + device.attachment().name().toLowerCase(java.util.Locale.ROOT)
                    + ")");
        }
        Console.Command command = console.command(id);
        evidence.proved("command " + id + ": " + command.answers().size() + " acknowledgements, signed by each member");
    }
}
