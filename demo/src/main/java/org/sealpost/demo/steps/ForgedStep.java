package org.sealpost.demo.steps;

import java.util.Map;
import org.sealpost.demo.attack.Insider;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.story.Evidence;
import org.sealpost.group.Command;
import org.sealpost.group.Target;

/** A captured sensor holds the group's key; that is not enough to command. */
final class ForgedStep extends Scene {
    ForgedStep(Stage stage) {
        super(
                stage,
                "forged",
                "A captured sensor forges \"open\" with the group's key",
                "a holder of the key passes the encryption and fails the signature: nothing opens");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Plan plan = stage.plan();
        Insider insider = new Insider(stage.fleet().secrets(Plan.CAPTURED), plan.identity(plan.device(Plan.CAPTURED)));
        Console.Group state = stage.console().group(Plan.DOORS);
        long leaf = AgentRefusedStep.leaf(state, insider.identity());
        for (String door : java.util.List.of("door-1", "door-2")) {
            Attack attack = new Attack(stage, plan.device(door));
            attack.command(evidence, "signed with " + insider.signsWith(), insider.forge(open(state), leaf));
            attack.command(evidence, "signed with noise", insider.unsigned(open(state), leaf));
        }
    }

    private Command open(Console.Group state) {
        long now = System.currentTimeMillis() / 1000;
        return new Command(
                1L << 50,
                state.id(),
                state.epoch(),
                new Target.All(),
                "open",
                Map.of(),
                stage.plan().server(),
                now,
                now + 60);
    }
}
