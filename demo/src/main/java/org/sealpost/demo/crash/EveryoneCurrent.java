package org.sealpost.demo.crash;

import java.util.Optional;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Plan;

/** Every member confirmed the newest epoch of each group, and the devices show that they hold it. */
final class EveryoneCurrent implements Invariant {
    private final Site site;
    private final EpochHistory history;

    EveryoneCurrent(Site site, EpochHistory history) {
        this.site = site;
        this.history = history;
    }

    @Override
    public String name() {
        return "every member confirms the newest epoch";
    }

    @Override
    public Optional<String> broken() throws Exception {
        for (Console.Group group : site.console().groups()) {
            history.saw("the server", group.id(), group.epoch());
            if (!group.allConfirmed()) {
                return Optional.of(group.name() + " epoch " + group.epoch() + " is not confirmed by "
                        + String.join(", ", group.laggards()));
            }
            for (Plan.Device device : site.plan().members(group.name())) {
                var expected = new DeviceView.Held(group.id(), group.epoch(), group.keyCheckValue());
                Optional<DeviceView.Held> held = site.device(device.name()).held(group.id());
                if (held.filter(expected::equals).isEmpty()) {
                    return Optional.of(device.name() + " holds " + held + " and not " + expected);
                }
            }
        }
        return Optional.empty();
    }
}
