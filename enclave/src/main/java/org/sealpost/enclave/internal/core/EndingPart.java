package org.sealpost.enclave.internal.core;

import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.group.GroupEnding;
import org.sealpost.group.Purpose;
import org.sealpost.group.PurposeCertificate;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** How groups end: the authority forgets their secrets and says so, members forget what they hold and never take anything of them again. */
final class EndingPart {
    /** A member was in so many groups at most that are no more; the oldest are forgotten, and nobody gives credentials of those. */
    private static final int REMEMBERED = 256;

    private final Vault vault;
    private final Epochs epochs;
    private Runnable forgotten = () -> {};

    EndingPart(Vault vault, Epochs epochs) {
        this.vault = vault;
        this.epochs = epochs;
    }

    /** Told after keys were forgotten, for whoever derived others from them. Set once, at the start. */
    void onForgotten(Runnable listener) {
        forgotten = listener;
    }

    /**
     * Ends a group at its authority: its secrets, tree and members are gone, and its identifier is not used again. Does nothing when that was done.
     *
     * @param least number of the end at least; it is later than every epoch that is known here
     * @return number of the end
     */
    long end(String group, long least) {
        StateImage.Authority authority = authority();
        Long before = authority.ended.get(group);
        if (before != null) {
            return before;
        }
        long last = Optional.ofNullable(authority.groups.get(group))
                .flatMap(StateImage.Group::current)
                .map(StateImage.Epoch::number)
                .orElse(0L);
        long number = Math.max(least, last + 1);
        vault.change(s -> {
            StateImage.Authority all = s.authority.orElseThrow();
            all.groups.remove(group);
            all.stale.remove(group);
            all.limits.remove(group);
            all.managed.keySet().removeIf(k -> k.startsWith(group + " "));
            all.ended.put(group, number);
            return number;
        });
        epochs.forget(group);
        forgotten.run();
        return number;
    }

    /** No epoch of a group is valid beyond this time; epoch seconds, 0: none. */
    void limit(String group, long notAfter) {
        vault.change(s -> {
            StateImage.Authority all = s.authority.orElseThrow();
            return notAfter == 0 ? all.limits.remove(group) : all.limits.put(group, notAfter);
        });
    }

    /** When an epoch that begins now ends, given how long one lives. */
    static long until(StateImage.Authority authority, String group, long now, long lifetime) {
        long limit = authority.limits.getOrDefault(group, Long.MAX_VALUE);
        if (now >= limit) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "the group's time is over: delete it, or let it go on with another time of expiry");
        }
        return Math.min(now + lifetime, limit);
    }

    /** Refuses (4105) the identifier of a group that is no more. */
    void requireNotEnded(String group) {
        if (authority().ended.containsKey(group)) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "that group was deleted: make a group of another name, since members take nothing of this one any more");
        }
    }

    /** The signed word for the members. */
    String statement(String group) {
        StateImage.Authority authority = authority();
        long number = Optional.ofNullable(authority.ended.get(group))
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "that group was not deleted"));
        StateImage.PurposeKey key = java.util.Objects.requireNonNull(authority.purposes.get(Purpose.CREDENTIAL.use()));
        return Jws.sign(
                vault.custody().signer(key.scalar()),
                Labels.TYPE_ENDING,
                Jwk.thumbprint(Jwk.parse(key.key())),
                java.util.Map.of("pct", key.certificate()),
                new GroupEnding(group, number, vault.now()).encode());
    }

    /** At a member: forgets the group, on disk before this returns. Harmless when it was not a member, or did so before. */
    void forget(String statement, StateImage.Anchor anchor) {
        byte[] payload = PurposeCertificate.verifyObject(
                Jws.parse(statement), Labels.TYPE_ENDING, Purpose.CREDENTIAL, Jwk.parse(anchor.rootKey()), vault.now());
        GroupEnding ending = GroupEnding.decode(payload);
        StateImage.Held held = vault.state().credentials.get(ending.group());
        if (held != null && held.current().number() >= ending.epoch()) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "a group's end is earlier than the epoch installed: the server was restored from an older backup");
        }
        if (held == null && vault.state().ended.containsKey(ending.group())) {
            return;
        }
        vault.change(s -> {
            s.credentials.remove(ending.group());
            s.ended.put(ending.group(), ending.epoch());
            while (s.ended.size() > REMEMBERED) {
                s.ended.remove(s.ended.keySet().iterator().next());
            }
            s.timeFloor = Math.max(s.timeFloor, ending.at());
            return ending.group();
        });
        epochs.forget(ending.group());
        forgotten.run();
    }

    /** At a member: refuses (4105) a credential of a group that is no more. */
    void requireGoesOn(String group) {
        if (vault.state().ended.containsKey(group)) {
            throw new Refusal(ResponseStatus.CONFLICT, "a credential is of a group that the server has ended");
        }
    }

    private StateImage.Authority authority() {
        return vault.state()
                .authority
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.OPERATION_NOT_ALLOWED,
                        "this enclave is not an authority: only the server's is"));
    }
}
