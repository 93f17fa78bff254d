package org.sealpost.demo.steps;

import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;

/** A gateway dies in the middle of a distribution. */
final class RestartStep extends Scene {
    private static final String GATEWAY = "gw-north";
    private static final String UNLUCKY = "sensor-1";

    RestartStep(Stage stage) {
        super(
                stage,
                "restart",
                "kill -9 of a gateway in the middle of a distribution",
                "what it had stored is delivered after its restart; nothing is lost, nobody has to do anything");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Console console = stage.console();
        Node gateway = stage.fleet().node(GATEWAY);
        // The last hop is down, so that the gateway certainly dies with a block that it could not tell the sensor of.
        stage.fleet().relay(UNLUCKY).block(true);
        for (Plan.Group group : stage.plan().groups()) {
            console.rotate(group.name());
        }
        String identity = stage.plan().identity(stage.plan().device(UNLUCKY));
        Until.holds(
                Stage.SOON,
                "the gateway keeps the new block for " + UNLUCKY,
                () -> console.group(Plan.SENSORS)
                        .member(identity)
                        .filter(m -> !m.current() && m.delivery().equals("AT_GATEWAY"))
                        .isPresent());
        gateway.process().kill();
        evidence.proved(GATEWAY + " was killed while it kept a block that " + UNLUCKY + " did not know of");
        if (stage.fault() != Fault.LOST_DELIVERY) {
            stage.fleet().relay(UNLUCKY).block(false);
        }
        gateway.start();
        gateway.awaitListening();
        evidence.proved(GATEWAY + " runs again, on its old store");
        for (Plan.Group group : stage.plan().groups()) {
            DistributeStep.confirmed(stage, console, group.name(), evidence);
        }
    }
}
