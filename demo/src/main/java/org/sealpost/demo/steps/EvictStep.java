package org.sealpost.demo.steps;

import org.sealpost.demo.attack.Insider;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.group.GroupEnvelope;

/** A captured device is evicted from all its groups; it goes on running, and knocks in vain. */
final class EvictStep extends Scene {
    EvictStep(Stage stage) {
        super(
                stage,
                "evict",
                "The captured sensor is evicted",
                "all others get a new epoch; neither the evicted enclave nor its stolen keys open anything of it");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Plan.Device captured = stage.plan().device(Plan.CAPTURED);
        String identity = stage.plan().identity(captured);
        Console console = stage.console();
        console.evictCaptured(Plan.DOORS, captured.member());
        for (String name : captured.groups()) {
            Console.Group group = DistributeStep.confirmed(stage, console, name, evidence);
            NotProved.unless(group.member(identity).isEmpty(), captured.name() + " is still a member of " + name);
        }
        long epoch = console.group(Plan.DOORS).epoch();
        String doors = stage.plan().groupId(Plan.DOORS);
        long id = console.command(Plan.DOORS, "close", stage.arguments(), false);
        Until.holds(
                Stage.SOON,
                "the other members acknowledge",
                () -> console.command(id).answeredByAll());
        evidence.proved("the doors go on: command " + id + " is acknowledged by "
                + console.command(id).answers().size() + " members");

        String envelope = stage.wiretap().envelopes(GroupEnvelope.Use.COMMAND, doors).stream()
                .filter(e -> GroupEnvelope.parse(GroupEnvelope.Use.COMMAND, e).epoch() == epoch)
                .findFirst()
                .orElseThrow(() -> new NotProved("no command of epoch " + epoch + " passed the hops"));
        new Attack(stage, captured).command(evidence, "the new epoch's command", envelope);
        Insider thief = new Insider(stage.fleet().secrets(captured.name()), identity);
        NotProved.unless(!thief.holds(doors, epoch), captured.name() + " holds the new epoch");
        NotProved.unless(
                !thief.opens(GroupEnvelope.Use.COMMAND, envelope, doors, epoch),
                "an old key of " + captured.name() + " opens the new epoch");
        long held =
                stage.device(captured.name()).held(doors).map(h -> h.epoch()).orElse(0L);
        NotProved.unless(held < epoch, captured.name() + " shows epoch " + held);
        evidence.proved("all keys that its enclave ever held fail, too; it is left with epoch " + held);
    }
}
