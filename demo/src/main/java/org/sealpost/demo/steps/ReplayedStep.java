package org.sealpost.demo.steps;

import java.util.List;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.group.GroupEnvelope;

/** The gateway keeps a command and sends it again. */
final class ReplayedStep extends Scene {
    ReplayedStep(Stage stage) {
        super(
                stage,
                "replayed",
                "The gateway sends old commands again",
                "what was executed once is recognised, also after a restart, and not executed again");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        List<String> captured = stage.wiretap()
                .envelopes(GroupEnvelope.Use.COMMAND, stage.plan().groupId(Plan.DOORS));
        NotProved.unless(!captured.isEmpty(), "no command to the doors passed the hops");
        for (String door : List.of("door-1", "door-2")) {
            Attack attack = new Attack(stage, stage.plan().device(door));
            int number = 0;
            for (String envelope : captured) {
                attack.duplicate(evidence, "captured command " + ++number + " of " + captured.size(), envelope);
            }
        }
    }
}
