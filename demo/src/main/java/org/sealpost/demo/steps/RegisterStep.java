package org.sealpost.demo.steps;

import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;

/** Every AE registers at its gateway, over HTTP, CoAP or a polling channel. */
final class RegisterStep extends Scene {
    RegisterStep(Stage stage) {
        super(
                stage,
                "register",
                "Registration: devices at their gateways, gateways at the server",
                "each device is an AE behind its gateway's MN-CSE, over HTTP, CoAP or a polling channel");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        for (Node node : stage.fleet().nodes(Node.Kind.AGENT)) {
            evidence.progress("waiting for " + node.name());
            Until.holds(
                    Stage.SOON,
                    node.name() + " is registered",
                    () -> stage.device(node.name()).registered());
        }
        for (var device : stage.plan().devices()) {
            evidence.progress("waiting for " + device.name());
            Until.holds(
                    Stage.SOON,
                    device.name() + " is registered",
                    () -> stage.device(device.name()).registered());
            evidence.proved(device.name() + " is registered at " + device.gateway() + " ("
                    + device.attachment().name().toLowerCase(java.util.Locale.ROOT) + ")");
        }
        for (var device : stage.plan().hosted()) {
            evidence.progress("waiting for " + device.name());
            Until.holds(
                    Stage.SOON,
                    device.name() + " is registered",
                    () -> stage.device(device.name()).registered());
        }
        if (!stage.plan().hosted().isEmpty()) {
            evidence.proved(stage.plan().hosted().size() + " hosted devices are registered");
        }
    }
}
