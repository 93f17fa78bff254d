package org.sealpost.enclave;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a member does with the credentials it holds. */
public interface MemberKeys {
    /** The newest credential of each group that this end point holds. */
    List<HeldCredential> credentials();

    /**
     * Takes what a cache keeps of a group: its newest block, or this member's slice of it, and the newest notice after it ({@code docs/protocol.md} section 3b). It may come from anybody. An epoch that it opens
     * is stored before this returns; epochs never go back, and of one number only one block is believed.
     *
     * @param group absolute resource identifier
     * @param latest as published
     */
    EpochVerdict installEpoch(String group, byte[] latest);

    /**
     * Seals a reading under the group's newest credential (ESData, direct encryption; the IV holds sender and counter).
     *
     * @return JWE Compact Serialization for a contentInstance with {@code cnf} {@code application/json:0:1}
     */
    String sealReading(String group, byte[] reading);

    /** Opens another member's reading. */
    Reading openReading(String envelope);

    /**
     * Opens and verifies a command, and stores its id before this call returns {@link CommandVerdict.Execute}: signature, commander,
     * delegation, group, zone, epoch, id, not-after.
     */
    CommandVerdict openCommand(String envelope);

    /** Commands that were stored for execution but never acknowledged: the program died in between. */
    List<CommandVerdict.Execute> unfinishedCommands();

    /**
     * Acknowledges a command that {@link #openCommand} gave out: signed by this member, sealed to the group.
     *
     * @param command its reference
     * @param outcome one of {@code done}, {@code failed}, {@code refused}
     * @param detail a short sentence for the operator
     * @return JWE Compact Serialization for the acknowledgement container
     */
    String acknowledge(String command, String outcome, String detail);

    /**
     * A credential as its holder's program sees it.
     *
     * @param group absolute resource identifier
     * @param notBefore epoch seconds
     * @param notAfter epoch seconds
     * @param senderId this member's leaf number
     */
    record HeldCredential(
            String group,
            long epoch,
            String keyCheckValue,
            long notBefore,
            long notAfter,
            long senderId,
            String zone) {}

    /** What came of what a cache gave. */
    sealed interface EpochVerdict {
        /** The newest epoch is held now; {@code fresh} when it was not before. */
        record Installed(EndPointKeys.Installation installation) implements EpochVerdict {}

        /**
         * Nothing was taken.
         *
         * @param fault one of {@code forged}, {@code older}, {@code second} (the server signed two things for one number), {@code chain} (it does not follow what is held), {@code split} (it hides another seed for this member than for all), {@code generation}
         *     (labels of another generation are needed: ask the server), {@code excluded}, {@code over}
         * @param status number of the response status code
         */
        record Refused(String fault, int status, String sentence) implements EpochVerdict {}
    }

    /** A reading and who wrote it: absolute identity when known from the roster, else {@code leaf-N}. */
    record Reading(String group, long epoch, String sender, long counter, byte[] reading) {}

    /** What to do with a command. */
    sealed interface CommandVerdict {
        /**
         * Verified and new: act, then {@link #acknowledge}.
         *
         * @param command reference for the acknowledgement
         * @param commander absolute identity
         * @param target {@code all}, {@code zone:NAME} or {@code member:IDENTITY}
         */
        record Execute(
                String command,
                String group,
                long epoch,
                String commander,
                long commandId,
                String target,
                String verb,
                Map<String, String> arguments)
                implements CommandVerdict {}

        /** Seen before: do not act; send the earlier acknowledgement again if there is one. */
        record Duplicate(String commander, long commandId, Optional<String> acknowledgement)
                implements CommandVerdict {}

        /** Verified, but for another zone or member: do nothing, acknowledge nothing. */
        record NotForUs(String commander, long commandId) implements CommandVerdict {}

        /** Refused: the status code and why. */
        record Refused(int status, String sentence) implements CommandVerdict {}
    }
}
