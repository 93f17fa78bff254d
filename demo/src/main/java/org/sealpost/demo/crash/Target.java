package org.sealpost.demo.crash;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sealpost.demo.fleet.Node;

/** Kinds of processes that are killed. */
public enum Target {
    SERVER(Node.Kind.SERVER),
    GATEWAY(Node.Kind.GATEWAY),
    AGENT(Node.Kind.AGENT),
    DEVICE(Node.Kind.DEVICE),
    /** The enclave of the server, of a device and of an agent, in turn. */
    ENCLAVE(Node.Kind.SERVER, Node.Kind.DEVICE, Node.Kind.AGENT);

    private final List<Node.Kind> owners;

    Target(Node.Kind... owners) {
        this.owners = List.of(owners);
    }

    /** The kind of program whose process, or whose enclave, is killed at the moment of this number. */
    Node.Kind owner(int moment) {
        return owners.get((moment - 1) % owners.size());
    }

    /** As {@code --target} takes it. */
    public String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One kind by its name, or all of them; an error that names them for anything else. */
    public static List<Target> named(String option) {
        if (option.equals("all")) {
            return List.of(values());
        }
        return Arrays.stream(values())
                .filter(t -> t.option().equals(option))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> new IllegalArgumentException("there is no target " + option + "; there are: "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(Target::option).toList()) + ", all"));
    }
}
