package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sealpost.enclave.AuthorityKeys.Member;

/**
 * Who sits on which leaf of a group's tree. Who is in stays on its leaf; who comes, also who comes back, gets one that nobody ever had: a leaf that was left stays empty, or its former holder's labels would
 * open blocks again, and a joiner's would open those of before.
 *
 * @param next the lowest number that nobody ever had
 */
record Leaves(List<Member> members, long next) {

    /** Gives leaves to members; the server's own sender id is none. */
    static Leaves given(StateImage.Group group, List<Member> members) {
        Map<String, Long> own = new HashMap<>();
        long free = AuthorityPart.SERVER_SENDER_ID + 1;
        for (Member m : group.members()) {
            own.put(m.identity(), m.leaf());
            free = Math.max(free, m.leaf() + 1);
        }
        free = Math.max(free, group.nextLeaf().orElse(0L));
        Set<Long> wanted = new HashSet<>();
        long next = free;
        for (Member m : members) {
            boolean comes = !own.containsKey(m.identity());
            if (comes && m.leaf() >= free && wanted.add(m.leaf())) {
                own.put(m.identity(), m.leaf());
                next = Math.max(next, m.leaf() + 1);
            }
        }
        List<Member> seated = new ArrayList<>();
        for (Member m : members) {
            Long leaf = own.get(m.identity());
            if (leaf == null) {
                leaf = next++;
            }
            seated.add(new Member(m.identity(), m.zone(), leaf));
        }
        return new Leaves(List.copyOf(seated), next);
    }
}
