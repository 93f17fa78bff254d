package org.sealpost.demo.crash;

import java.util.List;
import java.util.Optional;
import org.sealpost.demo.fleet.Node;

/** Every program that needs an enclave has exactly one. */
final class EnclavesServe implements Invariant {
    private final Site site;

    EnclavesServe(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return "each program has its enclave";
    }

    @Override
    public Optional<String> broken() {
        List<String> without = site.fleet().nodes().stream()
                .filter(n -> n.kind() != Node.Kind.GATEWAY)
                .filter(n -> n.process().children().size() != 1)
                .map(n -> n.name() + " has " + n.process().children().size())
                .toList();
        return without.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", without));
    }
}
