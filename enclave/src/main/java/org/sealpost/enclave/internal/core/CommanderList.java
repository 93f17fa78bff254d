package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.e2e.Sha256;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Which agents may command a group under delegations, as blocks and credentials name it: by a version, and in blocks by a hash. The version is the epoch in which somebody was taken off last; whoever joins the
 * list changes its hash, not its version, so that nobody else has to be delegated to anew. Computes; the caller stores.
 */
final class CommanderList {
    private static final int HASH = 16;

    private CommanderList() {}

    /** The list as of an epoch with these members. */
    static StateImage.Commanders of(
            StateImage.Authority authority, StateImage.Group old, List<Member> members, long epoch) {
        List<String> barred =
                old.commanders().map(StateImage.Commanders::barred).orElse(List.of());
        Map<String, String> list = list(authority, members, barred);
        long expected = old.current().map(StateImage.Epoch::number).orElse(0L) + 1;
        // Numbers that were left out may have been used by another state of this enclave, which may have taken somebody
        // off.
        boolean tookOff = epoch > expected
                || old.commanders()
                        .map(c -> !list.entrySet().containsAll(c.list().entrySet()))
                        .orElse(old.current().isPresent());
        return new StateImage.Commanders(tookOff ? epoch : version(old), list, barred);
    }

    static long version(StateImage.Group group) {
        return group.commanders().map(StateImage.Commanders::version).orElse(0L);
    }

    /** With an agent barred, or not any more. Who is barred stays on the list until the next epoch is drawn, which takes it off. */
    static StateImage.Commanders barring(
            StateImage.Authority authority, StateImage.Group group, String agent, boolean barred) {
        StateImage.Commanders now = group.commanders()
                .orElseGet(() -> new StateImage.Commanders(0, list(authority, group.members(), List.of()), List.of()));
        List<String> out = new ArrayList<>(now.barred());
        out.remove(agent);
        if (barred) {
            out.add(agent);
            return new StateImage.Commanders(now.version(), now.list(), out);
        }
        Map<String, String> list = new TreeMap<>(now.list());
        Optional.ofNullable(list(authority, group.members(), out).get(agent))
                .ifPresent(key -> list.putIfAbsent(agent, key));
        return new StateImage.Commanders(now.version(), list, out);
    }

    /** Refuses (4103) a delegation to an agent that is not on the list with the key it has now: nothing would end it. */
    static void requireOn(StateImage.Authority authority, StateImage.Group group, String agent) {
        List<String> barred =
                group.commanders().map(StateImage.Commanders::barred).orElse(List.of());
        Map<String, String> now = list(authority, group.members(), barred);
        Map<String, String> listed =
                group.commanders().map(StateImage.Commanders::list).orElse(now);
        String key = now.get(agent);
        if (key == null || !key.equals(listed.get(agent))) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "that agent is not on the group's commander list: let it command again, or draw an epoch with it first");
        }
    }

    /** First 16 octets of the SHA-256 of identity | 0x00 | public JWK | 0x0a of each, in the order of their identities. */
    static byte[] hash(StateImage.Commanders commanders) {
        StringBuilder text = new StringBuilder();
        commanders
                .list()
                .forEach((identity, key) ->
                        text.append(identity).append('\0').append(key).append('\n'));
        return Arrays.copyOf(Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8)), HASH);
    }

    private static Map<String, String> list(StateImage.Authority authority, List<Member> members, List<String> barred) {
        Map<String, String> list = new TreeMap<>();
        for (Member m : members) {
            StateImage.Peer peer = authority.peers.get(m.identity());
            if (peer != null && peer.role().equals(Role.AGENT.name()) && !barred.contains(m.identity())) {
                list.put(m.identity(), peer.signatureKey());
            }
        }
        return list;
    }
}
