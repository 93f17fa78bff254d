package org.sealpost.group;

import java.util.Collection;
import java.util.List;

/** How the members of a group come to know a new epoch: which messages a change needs. A policy of the group. */
public sealed interface RekeyScheme permits PointToPoint {
    /** The name in a group's policy. */
    String name();

    /**
     * Who must be sent a credential of its own for a new epoch.
     *
     * @param members absolute identities that belong to the epoch
     */
    List<String> individualDeliveries(Collection<String> members);

    /** The scheme of that name; 4000 when there is none. */
    static RekeyScheme named(String name) {
        if (name.equals(PointToPoint.NAME)) {
            return new PointToPoint();
        }
        throw new org.sealpost.onem2m.Refusal(
                org.sealpost.onem2m.ResponseStatus.BAD_REQUEST, "the scheme of a group is " + PointToPoint.NAME);
    }
}
