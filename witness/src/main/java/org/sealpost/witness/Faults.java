package org.sealpost.witness;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sealpost.e2e.Jws;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.group.Command;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.onem2m.Refusal;

/** What each planted fault does to the answers of an enclave. */
final class Faults {
    private static final int NO_CREDENTIAL = 4112;

    private final String fault;
    private final AtomicLong forged = new AtomicLong();
    private final Map<Long, CommandVerdict.Execute> given = new ConcurrentHashMap<>();

    Faults(String fault) {
        this.fault = fault;
    }

    @Nullable
    Object twist(String call, Object @Nullable [] arguments, @Nullable Object answer) {
        if (fault.equals("leaky-answer") && answer instanceof List<?> list && call.equals("credentials")) {
            return list.stream().map(c -> leaky((HeldCredential) c)).toList();
        }
        if (answer instanceof CommandVerdict verdict && arguments != null) {
            return twist(verdict, (String) arguments[0]);
        }
        return answer;
    }

    private CommandVerdict twist(CommandVerdict verdict, String envelope) {
        if (verdict instanceof CommandVerdict.Execute execute) {
            given.put(execute.commandId(), execute);
        }
        return switch (fault) {
            case "acts-twice" ->
                verdict instanceof CommandVerdict.Execute
                        ? verdict
                        : again(envelope).orElse(verdict);
            case "skipped-signature" ->
                verdict instanceof CommandVerdict.Refused ? unverified(envelope).orElse(verdict) : verdict;
            case "acts-on-forged" ->
                verdict instanceof CommandVerdict.Refused r && r.status() != NO_CREDENTIAL ? opened() : verdict;
            case "evicted-opens" ->
                verdict instanceof CommandVerdict.Refused r && r.status() == NO_CREDENTIAL
                        ? new CommandVerdict.Execute("evicted#1", "//x/y", 1, "//x/y", 1, "all", "test", Map.of())
                        : verdict;
            default -> verdict;
        };
    }

    /** What a device does that has forgotten what it did, whether it was the last command or one before. */
    private Optional<CommandVerdict> again(String envelope) {
        return unverified(envelope)
                .filter(CommandVerdict.Execute.class::isInstance)
                .map(c -> given.get(((CommandVerdict.Execute) c).commandId()));
    }

    /** What a device does that takes a refused command for a good one. */
    private CommandVerdict opened() {
        long id = forged.incrementAndGet();
        return new CommandVerdict.Execute("forged#" + id, "//x/y", 1, "//x/y", id, "all", "open", Map.of());
    }

    /** A credential whose zone carries the secret it stands for. */
    private static HeldCredential leaky(HeldCredential c) {
        byte[] secret = WitnessObserver.epochs().getOrDefault(c.group() + " epoch " + c.epoch(), new byte[32]);
        return new HeldCredential(
                c.group(),
                c.epoch(),
                c.keyCheckValue(),
                c.notBefore(),
                c.notAfter(),
                c.senderId(),
                HexFormat.of().formatHex(secret));
    }

    /** Whatever the group's key opens, signed by a commander or not. */
    private static Optional<CommandVerdict> unverified(String envelope) {
        for (var entry : WitnessObserver.epochs().entrySet()) {
            int split = entry.getKey().lastIndexOf(" epoch ");
            String group = entry.getKey().substring(0, split);
            long epoch = Long.parseLong(entry.getKey().substring(split + " epoch ".length()));
            try {
                byte[] signed = GroupEnvelope.parse(GroupEnvelope.Use.COMMAND, envelope)
                        .open(EpochKeys.derive(entry.getValue(), group, epoch));
                Command c = Command.decode(
                        Jws.parse(new String(signed, StandardCharsets.US_ASCII)).payload());
                return Optional.of(new CommandVerdict.Execute(
                        c.commander() + "#" + c.id(),
                        group,
                        epoch,
                        c.commander(),
                        c.id(),
                        c.target().print(),
                        c.verb(),
                        c.arguments()));
            } catch (Refusal another) {
                continue;
            }
        }
        return Optional.empty();
    }
}
