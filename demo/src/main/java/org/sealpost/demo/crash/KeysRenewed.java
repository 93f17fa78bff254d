package org.sealpost.demo.crash;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Plan;

/** Every order to renew was carried out, no key is in doubt, all came by the way that the fleet file names, and each device has the one that the server uses and no other. */
final class KeysRenewed implements Invariant {
    private final Site site;
    private final String mechanism;
    private final Set<String> seen = new HashSet<>();

    KeysRenewed(Site site, String mechanism) {
        this.site = site;
        this.mechanism = mechanism;
    }

    /** How many different keys were in use so far. */
    int keys() {
        return seen.size();
    }

    @Override
    public String name() {
        return "every pairwise key is renewed, and none in doubt";
    }

    @Override
    public Optional<String> broken() throws Exception {
        List<Console.PairwiseKey> keys = site.console().pairwiseKeys();
        keys.forEach(k -> seen.add(k.id()));
        Optional<String> open = keys.stream()
                .filter(k -> k.agreed() || k.wanted() || !k.origin().equals(mechanism))
                .findFirst()
                .map(k -> "the key of " + k.member() + " is from " + k.origin()
                        + (k.agreed() ? ", the next is agreed on only" : "")
                        + (k.wanted() ? ", and an order to renew it is open" : ""));
        return open.isPresent() ? open : atDevices(keys);
    }

    private Optional<String> atDevices(List<Console.PairwiseKey> keys) throws Exception {
        for (Plan.Device device : site.devices()) {
            DeviceView view = site.device(device.name());
            if (!view.fresh()) {
                return Optional.of(device.name() + " has not said yet which key it has");
            }
            String identity = site.plan().identity(device);
            Optional<String> fault = KeysAgree.judge(
                    view.keys(),
                    keys.stream().filter(k -> k.member().equals(identity)).toList(),
                    Optional.empty());
            if (fault.isPresent()) {
                return fault.map(f -> device.name() + ": " + f);
            }
        }
        return Optional.empty();
    }
}
