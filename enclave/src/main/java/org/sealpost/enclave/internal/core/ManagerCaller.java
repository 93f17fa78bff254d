package org.sealpost.enclave.internal.core;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.group.manager.GroupcommFailure;

/** A client of the group manager, at a group. */
record ManagerCaller(String identity, String group, StateImage.Group state, StateImage.Peer peer) {
    /** A client and the group that the last part of its name names. */
    static ManagerCaller of(Vault vault, String identity, String name) {
        StateImage.Authority all = vault.state().authority.orElseThrow();
        List<String> groups =
                all.groups.keySet().stream().filter(g -> name(g).equals(name)).toList();
        if (groups.size() != 1) {
            throw GroupcommFailure.notFound("there is no group of that name");
        }
        String group = groups.get(0);
        return new ManagerCaller(
                identity,
                group,
                Objects.requireNonNull(all.groups.get(group)),
                Objects.requireNonNull(all.peers.get(identity)));
    }

    Optional<Member> member() {
        return state.members().stream()
                .filter(m -> m.identity().equals(identity))
                .findFirst();
    }

    boolean agent() {
        return peer.role().equals(Role.AGENT.name());
    }

    /** Whether it may check signatures without being a member. */
    boolean verifier() {
        return agent() && member().isEmpty();
    }

    String key() {
        return group + " " + identity;
    }

    /** Under which name it is a resource of its own. */
    static String node(Member member) {
        return "n" + member.leaf();
    }

    /** The name of a group at the manager: the last part of its own. */
    static String name(String group) {
        return group.substring(group.lastIndexOf('/') + 1);
    }
}
