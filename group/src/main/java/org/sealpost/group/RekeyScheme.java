package org.sealpost.group;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** How the members of a group come to know a new epoch: which messages a change needs. A policy of the group. */
public sealed interface RekeyScheme permits PointToPoint, TreeRekey {
    /** The name in a group's policy. */
    String name();

    /** The tree that its blocks are made with; empty for a scheme without blocks. */
    Optional<TreeScheme> tree();

    /** The scheme of that name; 4000 when there is none. */
    static RekeyScheme named(String name) {
        return all().filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "the scheme of a group is one of " + String.join(", ", names())));
    }

    /** The names of all schemes, the default first. */
    static List<String> names() {
        return all().map(RekeyScheme::name).toList();
    }

    private static Stream<RekeyScheme> all() {
        return Stream.concat(Stream.of(TreeScheme.values()).map(TreeRekey::new), Stream.of(new PointToPoint()));
    }
}
