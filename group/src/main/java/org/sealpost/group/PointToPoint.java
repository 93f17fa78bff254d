package org.sealpost.group;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.sealpost.group.tree.TreeScheme;

/** One sealed credential for each member (RFC 9594 section 6, the basic scheme): simple, linear, and what every other scheme recovers by. */
public record PointToPoint() implements RekeyScheme {
    static final String NAME = "point-to-point";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<TreeScheme> tree() {
        return Optional.empty();
    }

    @Override
    public List<String> individualDeliveries(Collection<String> members, Predicate<String> labelled) {
        return members.stream().sorted().toList();
    }
}
