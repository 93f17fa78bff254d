package org.sealpost.enclave;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a commander does: the server for every group, an agent under a delegation. */
public interface CommanderKeys {
    /** Takes a delegation that the server signed for this end point (compact JWS, public). */
    DelegationFacts acceptDelegation(String delegation);

    /**
     * Signs a command and seals it to the group; the command id is stored before this returns. Refused with 4103 when no delegation of
     * this end point allows the verb, group or zone now. (A commander that skips this check gains nothing: members check again.)
     */
    SealedCommand sealCommand(CommandOrder order);

    /**
     * A command of this run again, as it has to be by now: under the newest delegation, in the newest epoch. It keeps its number, so who executed it already does not execute it again.
     *
     * @return empty when it is still as it was, or not remembered
     * @throws org.sealpost.onem2m.Refusal 4103 as for a new command
     */
    Optional<SealedCommand> renewCommand(long commandId);

    /** Opens and verifies a member's acknowledgement of a command of ours. */
    Acknowledgement openAcknowledgement(String envelope);

    /**
     * What to command.
     *
     * @param group absolute resource identifier
     * @param target {@code all}, {@code zone:NAME} or {@code member:IDENTITY}
     * @param notAfter epoch seconds
     */
    record CommandOrder(String group, String target, String verb, Map<String, String> arguments, long notAfter) {}

    /** A command to send, and who is expected to acknowledge it (absolute identities). */
    record SealedCommand(long commandId, String envelope, List<String> expected) {}

    /** A verified acknowledgement. */
    record Acknowledgement(
            String member, String group, long commandId, long epoch, String outcome, String detail, long at) {}

    /** What a delegation allows. */
    record DelegationFacts(
            String id, String agent, List<String> groups, List<String> verbs, List<String> zones, long notAfter) {}
}
