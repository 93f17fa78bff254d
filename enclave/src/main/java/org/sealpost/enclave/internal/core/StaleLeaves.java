package org.sealpost.enclave.internal.core;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sealpost.enclave.AuthorityKeys.Member;

/** Whose leaves went with the change of an epoch: the sets of stale Sender IDs that a group manager tells of (draft-ietf-ace-key-groupcomm-oscore section 7.1). */
final class StaleLeaves {
    /** How many changes of an epoch are remembered; with the current epoch's own, empty set they are eight. */
    private static final int SETS = 7;

    private StaleLeaves() {}

    /** To be called inside of the change from one state of a group to the next. */
    static void record(StateImage.Authority all, String group, Optional<StateImage.Group> old, StateImage.Group next) {
        Optional<Long> before = old.flatMap(StateImage.Group::current).map(StateImage.Epoch::number);
        Optional<Long> after = next.current().map(StateImage.Epoch::number);
        if (before.isEmpty() || before.equals(after)) {
            return;
        }
        Set<Long> left = next.members().stream().map(Member::leaf).collect(Collectors.toSet());
        List<Long> gone = old.orElseThrow().members().stream()
                .map(Member::leaf)
                .filter(leaf -> !left.contains(leaf))
                .toList();
        TreeMap<Long, List<Long>> sets = all.stale.computeIfAbsent(group, g -> new TreeMap<>());
        sets.put(before.get(), gone);
        while (sets.size() > SETS) {
            sets.pollFirstEntry();
        }
    }
}
