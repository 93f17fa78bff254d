package org.sealpost.demo.steps;

import java.util.List;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.group.GroupEnvelope;

/** The gateway puts a command for one group into another group's containers. */
final class RedirectedStep extends Scene {
    RedirectedStep(Stage stage) {
        super(
                stage,
                "redirected",
                "The gateway redirects a command to another group",
                "the group stands inside of what is signed and sealed: a door does not take an extinguisher's command");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        List<String> captured = stage.wiretap()
                .envelopes(GroupEnvelope.Use.COMMAND, stage.plan().groupId(Plan.EXTINGUISHERS));
        NotProved.unless(!captured.isEmpty(), "no command to the extinguishers passed the hops");
        String envelope = captured.get(captured.size() - 1);
        for (String door : List.of("door-1", "door-2")) {
            new Attack(stage, stage.plan().device(door))
                    .command(evidence, "the extinguishers' command in a door's container", envelope);
        }
    }
}
