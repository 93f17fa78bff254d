package org.sealpost.demo.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.leak.Secret;

/** For one epoch of a group all members ever install one secret: the witnesses in their enclaves agree. */
final class OneSecret implements Invariant {
    private final Site site;
    private final Map<String, String> known = new HashMap<>();

    OneSecret(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return "each epoch has one credential";
    }

    @Override
    public Optional<String> broken() throws IOException {
        List<Path> members = new ArrayList<>();
        site.fleet().nodes(Node.Kind.DEVICE).forEach(n -> members.add(n.witness()));
        site.fleet().nodes(Node.Kind.AGENT).forEach(n -> members.add(n.witness()));
        for (Secret secret : Secret.read(members)) {
            if (secret.kind().equals("epoch-secret")) {
                String octets = HexFormat.of().formatHex(secret.octets());
                String other = known.putIfAbsent(secret.owner(), octets);
                if (other != null && !other.equals(octets)) {
                    return Optional.of("two secrets were installed as " + secret.owner());
                }
            }
        }
        return Optional.empty();
    }
}
