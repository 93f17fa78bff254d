package org.sealpost.demo.steps;

import java.util.Optional;
import org.sealpost.demo.attack.Insider;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.Latest;

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
        long opened = openedBy(captured);
        console.evictCaptured(Plan.DOORS, captured.member());
        for (String name : captured.groups()) {
            Console.Group group = DistributeStep.confirmed(stage, console, name, evidence);
            NotProved.unless(group.member(identity).isEmpty(), captured.name() + " is still a member of " + name);
        }
        long epoch = console.group(Plan.DOORS).epoch();
        String doors = stage.plan().groupId(Plan.DOORS);
        Console.Block block = console.block(Plan.DOORS);
        NotProved.unless(block.epoch() == epoch, "the newest block is of epoch " + block.epoch());
        long byBlock = openedBy(captured) - opened;
        NotProved.unless(byBlock > 0, "no device opened the block");
        evidence.proved("one public block of " + block.octets().length + " octets with " + block.entries()
                + " entries evicts it from the doors; the devices opened " + byBlock + " such blocks by themselves");
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
        byte[] latest =
                Latest.of(EpochBlock.decode(block.octets()), Optional.empty()).encode();
        Attack attack = new Attack(stage, captured);
        attack.refused(
                evidence,
                "the block that evicts it",
                () -> stage.hostile()
                        .notifyEpoch(
                                stage.fleet().behindTap(captured),
                                attack.spRelativeId(),
                                EpochContainer.at(captured.gateway(), doors) + "/members",
                                latest));
        Insider thief = new Insider(stage.fleet().secrets(captured.name()), identity);
        NotProved.unless(!thief.holds(doors, epoch), captured.name() + " holds the new epoch");
        NotProved.unless(
                !thief.opens(GroupEnvelope.Use.COMMAND, envelope, doors, epoch),
                "an old key of " + captured.name() + " opens the new epoch");
        NotProved.unless(
                !thief.opens(
                        EpochBlock.decode(block.octets()),
                        doors,
                        console.group(Plan.DOORS).keyCheckValue()),
                "an old key of " + captured.name() + " opens the block");
        NotProved.unless(thief.generations(doors) > 0, "the thief held no labels: nothing was tried");
        long held =
                stage.device(captured.name()).held(doors).map(h -> h.epoch()).orElse(0L);
        NotProved.unless(held < epoch, captured.name() + " shows epoch " + held);
        evidence.proved("all keys and labels that its enclave ever held fail, too; it is left with epoch " + held);
    }

    /** Blocks and notices that the devices of the captured one's groups opened themselves. */
    private long openedBy(Plan.Device captured) throws Exception {
        long sum = 0;
        for (Plan.Device device : stage.plan().allDevices()) {
            boolean shares = !device.name().equals(captured.name())
                    && device.groups().stream().anyMatch(captured.groups()::contains);
            sum += shares ? stage.device(device.name()).opened() : 0;
        }
        return sum;
    }
}
