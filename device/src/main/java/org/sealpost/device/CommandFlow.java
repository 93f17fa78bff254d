package org.sealpost.device;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.MemberKeys;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Takes commands through the enclave to the application, and finishes what was interrupted: a command that the enclave has accepted is carried out and acknowledged although program or enclave died in
 * between. One caller at a time.
 */
final class CommandFlow {
    private final MemberKeys enclave;
    private final Application application;

    /** Carried out in this run, and the enclave died before it sealed the acknowledgement. */
    private final Map<String, CommandHandler.Outcome> unacknowledged = new HashMap<>();

    /** An earlier run, or an enclave that did not answer, may have left a command that was accepted and is not finished. */
    private boolean interrupted = true;

    /** What happens with commands outside of the enclave. */
    interface Application {
        CommandHandler.Outcome execute(CommandHandler.Order order);

        /** Brings a sealed acknowledgement to the commander; does not wait. */
        void acknowledge(String sealed);

        void duplicate();

        void notForUs();

        void refused(int status, String sentence);
    }

    CommandFlow(MemberKeys enclave, Application application) {
        this.enclave = enclave;
        this.application = application;
    }

    /**
     * Does what a command says, unless it was done.
     *
     * @param last whether a command of an epoch that is not here is refused; else it can be tried again
     * @return false when the command is of an epoch that is not here, and this is not the last look at it
     * @throws EnclaveUnavailable when the enclave died; the command comes again, or {@link #settle} finishes it
     */
    boolean take(String envelope, boolean last) {
        settle();
        CommandVerdict verdict = asked(() -> enclave.openCommand(envelope));
        if (!last && missesEpoch(verdict)) {
            return false;
        }
        act(verdict);
        return true;
    }

    /** Whether a command is refused because its epoch, or who gave it, is not known here. */
    static boolean missesEpoch(CommandVerdict verdict) {
        return verdict instanceof CommandVerdict.Refused r && r.status() == ResponseStatus.ESPRIM_UNKNOWN_KEY_ID.code();
    }

    /**
     * Does what a verdict says.
     *
     * @return the sealed acknowledgement, where there is one
     * @throws EnclaveUnavailable as {@link #take}
     */
    Optional<String> act(CommandVerdict verdict) {
        if (verdict instanceof CommandVerdict.Execute c) {
            return Optional.of(finish(c, false));
        }
        if (verdict instanceof CommandVerdict.Duplicate d) {
            application.duplicate();
            d.acknowledgement().ifPresent(application::acknowledge);
            return d.acknowledgement();
        }
        if (verdict instanceof CommandVerdict.Refused r) {
            application.refused(r.status(), r.sentence());
        } else {
            application.notForUs();
        }
        return Optional.empty();
    }

    /**
     * Finishes what was accepted and interrupted, if anything was.
     *
     * @throws EnclaveUnavailable when the enclave died again; to be called once more
     */
    void settle() {
        if (interrupted) {
            asked(enclave::unfinishedCommands).forEach(c -> finish(c, true));
            interrupted = false;
        }
    }

    private String finish(CommandVerdict.Execute c, boolean again) {
        CommandHandler.Outcome outcome = unacknowledged.get(c.command());
        if (outcome == null) {
            outcome = application.execute(
                    new CommandHandler.Order(c.group(), c.commander(), c.commandId(), c.verb(), c.arguments(), again));
            unacknowledged.put(c.command(), outcome);
        }
        String result = outcome.result();
        String detail = outcome.detail();
        String sealed = asked(() -> enclave.acknowledge(c.command(), result, detail));
        application.acknowledge(sealed);
        unacknowledged.remove(c.command());
        return sealed;
    }

    /** Asks the enclave; when it does not answer, what it was asked for may be half done. */
    <T> T asked(java.util.function.Supplier<T> call) {
        try {
            return call.get();
        } catch (EnclaveUnavailable e) {
            // It may have done what it was asked for, and died before it said so.
            interrupted = true;
            throw e;
        }
    }
}
