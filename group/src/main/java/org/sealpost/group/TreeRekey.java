package org.sealpost.group;

import java.util.Optional;
import org.sealpost.group.tree.TreeScheme;

/** One public block opens an epoch to everybody who holds labels of the tree's generation; a credential of its own goes to those who don't. */
public record TreeRekey(TreeScheme scheme) implements RekeyScheme {
    @Override
    public String name() {
        return scheme.policyName();
    }

    @Override
    public Optional<TreeScheme> tree() {
        return Optional.of(scheme);
    }
}
