package org.sealpost.demo.crash;

import java.util.List;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.steps.Agents;
import org.sealpost.demo.steps.Stage;

/**
 * What scenarios work on: the running fleet, and views of it. Views of a program that is down fail.
 *
 * @param supervisor restarts what died
 */
public record Site(Stage stage, Supervisor supervisor) {
    public Fleet fleet() {
        return stage.fleet();
    }

    public Plan plan() {
        return stage.plan();
    }

    public Console console() throws Exception {
        return stage.console();
    }

    public DeviceView device(String name) {
        return stage.device(name);
    }

    public Agents agent(String gateway) throws Exception {
        return Agents.at(stage, gateway);
    }

    public List<Plan.Device> devices() {
        return plan().allDevices();
    }
}
