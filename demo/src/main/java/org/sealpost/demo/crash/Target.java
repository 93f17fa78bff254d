package org.sealpost.demo.crash;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.sealpost.demo.fleet.Node;

/** Kinds of processes that are killed. */
public enum Target {
    SERVER(Node.Kind.SERVER),
    GATEWAY(Node.Kind.GATEWAY),
    AGENT(Node.Kind.AGENT),
    DEVICE(Node.Kind.DEVICE),
    /** The enclave of the server, of a device and of an agent, in turn; then those of MEF and MAF, where there are any. */
    ENCLAVE(Node.Kind.SERVER, Node.Kind.DEVICE, Node.Kind.AGENT, Node.Kind.MEF, Node.Kind.MAF),
    MEF(Node.Kind.MEF),
    MAF(Node.Kind.MAF);

    /** In a building without functions of its own. */
    static final List<Target> BUILDING = List.of(SERVER, GATEWAY, AGENT, DEVICE, ENCLAVE);

    /** Where devices are provisioned; the agent has no part in that. */
    static final List<Target> PROVISIONING = List.of(SERVER, GATEWAY, DEVICE, ENCLAVE, MEF, MAF);

    private final List<Node.Kind> owners;

    Target(Node.Kind... owners) {
        this.owners = List.of(owners);
    }

    /** The kind of program whose process, or whose enclave, is killed at the moment of this number in a fleet that has these kinds. */
    Node.Kind owner(int moment, Set<Node.Kind> kinds) {
        List<Node.Kind> there = owners.stream().filter(kinds::contains).toList();
        return there.get((moment - 1) % there.size());
    }

    /** As {@code --target} takes it. */
    public String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One of these kinds by its name, or all of them; an error that names them for anything else. */
    static List<Target> named(String option, List<Target> offered) {
        if (option.equals("all")) {
            return offered;
        }
        return offered.stream()
                .filter(t -> t.option().equals(option))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> new IllegalArgumentException("there is no target " + option + "; there are: "
                        + String.join(", ", offered.stream().map(Target::option).toList()) + ", all"));
    }
}
