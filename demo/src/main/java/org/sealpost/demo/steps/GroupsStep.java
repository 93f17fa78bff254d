package org.sealpost.demo.steps;

import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;

/** Groups by function that span the gateways. */
final class GroupsStep extends Scene {
    GroupsStep(Stage stage) {
        super(
                stage,
                "groups",
                "Groups by function, across gateways",
                "one <group> at the server and one below each gateway, in step with the membership");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Console console = stage.console();
        Until.holds(Stage.SOON, "group resources stand everywhere", () -> {
            console.unfinished().ifPresent(evidence::progress);
            return console.unfinished().isEmpty();
        });
        for (Plan.Group planned : stage.plan().groups()) {
            Console.Group group = console.group(planned.name());
            for (Plan.Device device : stage.plan().members(planned.name())) {
                NotProved.unless(
                        group.member(stage.plan().identity(device)).isPresent(),
                        device.name() + " is not a member of " + planned.name());
            }
            evidence.proved(planned.name() + ": " + group.members().size() + " members, epoch " + group.epoch());
        }
    }
}
