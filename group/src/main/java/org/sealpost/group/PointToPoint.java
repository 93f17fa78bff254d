package org.sealpost.group;

import java.util.Optional;
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
}
