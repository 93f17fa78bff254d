package org.sealpost.enclave.internal.core;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.sealpost.enclave.GroupManagerKeys.DueRekey;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.group.manager.Groupcomm;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.cose.Cbor;

/** Who has older material than its group, and the messages that bring the new one (RFC 9594 section 6). */
final class ManagerRekeys {
    private final Vault vault;
    private final ManagerMaterial materials;

    ManagerRekeys(Vault vault, ManagerMaterial materials) {
        this.vault = vault;
        this.materials = materials;
    }

    /** A rekeying message. */
    record Rekey(long epoch, List<String> path, byte[] payload) {}

    /** The Sender IDs that were given up since a version; nothing when that is too long ago to tell. */
    Optional<List<byte[]>> stale(String group, long since) {
        Map<Long, List<Long>> sets = vault.state().authority.orElseThrow().stale.getOrDefault(group, new TreeMap<>());
        if (!sets.containsKey(since)) {
            return Optional.empty();
        }
        TreeSet<Long> leaves = new TreeSet<>();
        sets.forEach((version, gone) -> {
            if (version >= since) {
                leaves.addAll(gone);
            }
        });
        return Optional.of(leaves.stream().map(OscoreMaterial::senderId).toList());
    }

    /** Members that joined with a control URI, and have older material than their group. */
    List<DueRekey> dueRekeys() {
        List<DueRekey> due = new ArrayList<>();
        vault.state()
                .authority
                .ifPresent(a -> a.managed.forEach((key, node) -> {
                    String group = key.substring(0, key.indexOf(' '));
                    String member = key.substring(key.indexOf(' ') + 1);
                    Optional<StateImage.Group> state = Optional.ofNullable(a.groups.get(group))
                            .filter(g -> a.peers.containsKey(member))
                            .filter(g -> g.members().stream()
                                    .anyMatch(m -> m.identity().equals(member)));
                    state.flatMap(StateImage.Group::current)
                            .filter(e -> e.number() > node.epoch())
                            .ifPresent(e -> node.controlUri()
                                    .ifPresent(uri -> due.add(new DueRekey(group, member, uri, e.number()))));
                }));
        return due;
    }

    /** The message for a member that is due. */
    Rekey rekey(String group, String member) {
        DueRekey due = dueRekeys().stream()
                .filter(d -> d.group().equals(group) && d.member().equals(member))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND, "nobody of that name waits for new material of that group"));
        ManagerCaller caller = ManagerCaller.of(vault, member, ManagerCaller.name(group));
        OscoreMaterial material = materials.oscore(caller);
        try {
            Map<Long, Object> message = materials.version(caller);
            message.put(Groupcomm.KEY, ManagerMaterial.key(material));
            long relinquished =
                    vault.state().authority.orElseThrow().stale.getOrDefault(group, new TreeMap<>()).keySet().stream()
                            .max(Long::compare)
                            .orElse(due.epoch());
            message.put(Groupcomm.STALE_IDENTIFIERS, stale(group, relinquished).orElse(List.of()));
            return new Rekey(due.epoch(), segments(due.uri()), Cbor.map(message));
        } finally {
            material.wipe();
        }
    }

    /** A member has the material of an epoch. */
    void confirmed(String group, String member, long epoch) {
        String key = group + " " + member;
        vault.change(s -> s.authority
                .orElseThrow()
                .managed
                .computeIfPresent(
                        key, (k, node) -> new StateImage.Node(node.roles(), node.nonce(), epoch, node.controlUri())));
    }

    /** A control URI that can be used: coap://HOST:PORT/PATH. */
    static Optional<String> usable(String uri) {
        try {
            URI parsed = new URI(uri);
            boolean good = "coap".equals(parsed.getScheme())
                    && parsed.getHost() != null
                    && parsed.getPort() > 0
                    && parsed.getRawQuery() == null;
            return good ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException notOne) {
            return Optional.empty();
        }
    }

    static List<String> segments(String uri) {
        return Arrays.stream(URI.create(uri).getPath().split("/", -1))
                .filter(s -> !s.isEmpty())
                .toList();
    }
}
