package org.sealpost.demo.steps;

import java.util.List;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.onem2m.ResponsePrimitive;

/** Tries something on a device and sees that it refuses, and does nothing. */
final class Attack {
    private final Stage stage;
    private final Plan.Device device;

    Attack(Stage stage, Plan.Device device) {
        this.stage = stage;
        this.device = device;
    }

    /** Sends an envelope into the device's command path, as the gateway would. */
    void command(Evidence evidence, String what, String envelope) throws Exception {
        refused(evidence, what, () -> send(envelope));
    }

    /** A message of any kind, which the device must count as refused and not act on. */
    void refused(Evidence evidence, String what, Attempt attempt) throws Exception {
        DeviceView view = stage.device(device.name());
        long before = view.refusals();
        List<String> actions = view.actions();
        attempt.send();
        Until.holds(Stage.SOON, device.name() + " counts " + what + " as refused", () -> {
            NotProved.unless(view.actions().equals(actions), device.name() + " acted on " + what);
            return view.refusals() > before;
        });
        NotProved.unless(view.actions().equals(actions), device.name() + " acted on " + what);
        evidence.proved(what + ": " + device.name() + " " + view.lastRefusal());
    }

    /** A command that was executed before: recognised, not executed again. */
    void duplicate(Evidence evidence, String what, String envelope) throws Exception {
        DeviceView view = stage.device(device.name());
        long before = view.duplicates() + view.refusals();
        List<String> actions = view.actions();
        send(envelope);
        Until.holds(Stage.SOON, device.name() + " recognises " + what, () -> {
            NotProved.unless(view.actions().equals(actions), device.name() + " acted twice on " + what);
            return view.duplicates() + view.refusals() > before;
        });
        NotProved.unless(view.actions().equals(actions), device.name() + " acted twice on " + what);
        evidence.proved(what + ": " + device.name() + " recognised it and did not act again");
    }

    /** Sends something. */
    interface Attempt {
        ResponsePrimitive send() throws Exception;
    }

    String spRelativeId() {
        return "/" + device.gateway() + "/C" + device.name();
    }

    private ResponsePrimitive send(String envelope) throws Exception {
        String subscription = "/" + device.gateway() + "/cse-mn/" + device.name() + "/cmd/own";
        return stage.hostile().notifyCommand(stage.fleet().behindTap(device), spRelativeId(), subscription, envelope);
    }
}
