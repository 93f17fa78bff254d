package org.sealpost.group;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Whether a command that was opened with a group's key may be acted on: holding that key proves nothing, so the signature, the commander's right, group,
 * epoch, time and number are checked here. Pure; the caller stores the number before it acts.
 *
 * @param root the server's root verification key
 * @param server absolute identity of the server
 * @param group the group whose key opened the envelope
 * @param epoch the epoch whose key opened it
 * @param nonDelegable verbs that need the server's signature
 * @param commanders version of the group's commander list as of the newest epoch that is known
 * @param now epoch seconds; without a clock the latest time that was authenticated, which is never later than the real one
 * @param clock whether {@code now} is a clock's time. Without one, whether a command is still in time can't be told: dangerous verbs (the non-delegable
 *     ones) are refused then, for the others epoch and number have to do
 * @param certificates of the root that were verified before
 */
public record CommandGate(
        PublicKey root,
        String server,
        String group,
        long epoch,
        List<String> nonDelegable,
        long commanders,
        long now,
        boolean clock,
        KnownCertificates certificates) {

    public CommandGate {
        nonDelegable = List.copyOf(nonDelegable);
    }

    /** What the numbers say of a verified command. */
    public enum Order {
        NEW,
        SEEN,
        STALE
    }

    /**
     * The command, once everything but its number is in order.
     *
     * @throws Refusal 4103 for a signature or right that is missing, 4000 for another group or epoch, 4008 for a command that is too late, or dangerous where there is no clock
     */
    public Command verify(Jws signed) {
        return inOrder(signed.delegation().isPresent() ? fromAgent(signed) : fromServer(signed));
    }

    /**
     * The command in a message whose sender was authenticated by other means than a JWS, under the same rules.
     *
     * @param payload the encoded command
     * @param delegations of the agent whose key authenticated it; empty when that was the server's command key
     * @throws Refusal as above
     */
    public Command verify(byte[] payload, Optional<List<Delegation>> delegations) {
        Command command = Command.decode(payload);
        if (delegations.isEmpty()) {
            return inOrder(fromServer(command));
        }
        Refusal last = refused("a command comes from nobody whom the server let command");
        for (Delegation delegation : delegations.get()) {
            try {
                return inOrder(allowed(command, delegation));
            } catch (Refusal refusal) {
                last = refusal;
            }
        }
        throw last;
    }

    private Command inOrder(Command command) {
        if (!command.group().equals(group) || command.epoch() != epoch) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "a command is for another group or epoch than the key that sealed it");
        }
        if (now > command.notAfter()) {
            throw new Refusal(
                    ResponseStatus.REQUEST_TIMEOUT,
                    "a command came after its time: the commander has to send a new one");
        }
        if (!clock && nonDelegable.contains(command.verb())) {
            throw new Refusal(
                    ResponseStatus.REQUEST_TIMEOUT,
                    "this verb is not done without a clock that tells whether the command is still in time: set the clock, then send a new one");
        }
        return command;
    }

    /**
     * Compares a command's number with the highest that was accepted from its commander. Numbers strictly increase: an older one that was not accepted
     * is stale, because acting on it now could undo a later one.
     */
    public static Order order(long id, long highest) {
        if (id > highest) {
            return Order.NEW;
        }
        return id == highest ? Order.SEEN : Order.STALE;
    }

    private Command fromServer(Jws signed) {
        byte[] payload = certificates.verifyObject(signed, Labels.TYPE_COMMAND, Purpose.COMMAND, root, now);
        return fromServer(Command.decode(payload));
    }

    private Command fromServer(Command command) {
        if (!command.commander().equals(server)) {
            throw refused("a command signed by the server names another commander");
        }
        return command;
    }

    private Command fromAgent(Jws signed) {
        Delegation delegation = Delegation.verify(signed.delegation().orElseThrow(), root, now);
        return allowed(Command.decode(signed.verify(delegation.key(), Labels.TYPE_COMMAND)), delegation);
    }

    private Command allowed(Command command, Delegation delegation) {
        if (!command.commander().equals(delegation.agent())) {
            throw refused("a command names another commander than its delegation");
        }
        if (nonDelegable.contains(command.verb())) {
            throw refused("this verb needs the server's own signature, an agent may not give it");
        }
        delegation.requireNotRevoked(command.group(), commanders);
        // Without a clock, that the server signed the delegation says that its time has come.
        long at = clock ? now : Math.max(now, delegation.notBefore());
        delegation.requireAllows(command.group(), command.target(), command.verb(), at);
        return command;
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, sentence);
    }
}
