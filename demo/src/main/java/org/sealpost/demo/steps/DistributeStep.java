package org.sealpost.demo.steps;

import java.time.Duration;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;

/** Group credentials, sealed for each member, through gateways that can't open them. */
final class DistributeStep extends Scene {
    private static final Duration LONGEST = Duration.ofSeconds(40);

    DistributeStep(Stage stage) {
        super(
                stage,
                "distribute",
                "Distribution: sealed for each member, carried by the gateways, opened in enclaves",
                "the server knows from authenticated confirmations who holds which epoch");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Console console = stage.console();
        for (Plan.Group planned : stage.plan().groups()) {
            confirmed(stage, console, planned.name(), evidence);
        }
        var negotiations = console.negotiations();
        negotiations.stream()
                .map(n -> n.chosen() + " of " + n.offered())
                .distinct()
                .forEach(c -> evidence.note("negotiated: " + c));
    }

    /** Waits until all members confirmed the newest epoch, and compares with what the devices show. */
    static Console.Group confirmed(Stage stage, Console console, String name, Evidence evidence) throws Exception {
        long members = console.group(name).members().size();
        Console.Group[] newest = new Console.Group[1];
        try {
            Until.holds(LONGEST, "all members of " + name + " confirm", () -> {
                newest[0] = console.group(name);
                evidence.progress(
                        name + ": " + (members - newest[0].laggards().size()) + " of " + members + " confirmed");
                return newest[0].allConfirmed();
            });
        } catch (Until.TooLate e) {
            throw new org.sealpost.demo.story.NotProved(name + " is not confirmed by: "
                    + String.join(", ", newest[0] == null ? java.util.List.of() : newest[0].laggards()));
        }
        Console.Group group = newest[0];
        for (Plan.Device device : stage.devices(name)) {
            if (group.member(stage.plan().identity(device)).isPresent()) {
                var expected = new DeviceView.Held(group.id(), group.epoch(), group.keyCheckValue());
                Until.holds(
                        Stage.SOON,
                        device.name() + " shows epoch " + group.epoch() + " of " + name,
                        () -> stage.device(device.name())
                                .held(group.id())
                                .filter(expected::equals)
                                .isPresent());
            }
        }
        evidence.proved(name + " epoch " + group.epoch() + ", key-check value " + group.keyCheckValue()
                + ": confirmed by all " + members);
        return group;
    }
}
