package org.sealpost.enclave;

import java.util.Optional;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;
import org.sealpost.enclave.MemberKeys.CommandVerdict;

/**
 * Commands and acknowledgements under Group OSCORE (RFC 10021, group mode), for links where every octet counts: what a message holds is the same command as elsewhere, its countersignature takes the place
 * of the JWS. Keys, identifiers and credentials follow from the epoch ({@code docs/protocol.md} 4b). Every call here may refuse with 4000 (malformed), 4112 (group, epoch or sender not known
 * here), 4105 (replayed), 4115 (not authentic) or 4005 (the key is used up: the group needs a new epoch).
 */
public interface GroupOscoreKeys {
    /** Path on a link where what {@link #learnCommander} takes is brought. */
    String COMMANDERS_PATH = "commanders";

    /**
     * Protects a command that {@link CommanderKeys#sealCommand} gave a number, for all members of its group. Each call makes another message, with a number of its own that is stored first; members that
     * did what it says answer again.
     */
    ProtectedCommand protectCommand(long commandId);

    /** Opens and verifies a member's answer to a message of {@link #protectCommand}. */
    Acknowledgement openProtectedAcknowledgement(String exchange, byte[] option, byte[] payload);

    /**
     * Takes the server's word on who commands: a delegation, or the certificate of the server's command key; public, and verified here. Members know a commander's key from it, and nobody's otherwise.
     *
     * @return absolute identity of the commander; refused with 4103 when the server did not sign it, 4112 when it is for no group of ours
     */
    String learnCommander(String proof);

    /** Opens and verifies a command, under the rules of {@link MemberKeys#openCommand}; its number in the sender's sequence is stored before this returns. */
    ProtectedVerdict openProtectedCommand(byte[] option, byte[] payload);

    /**
     * Protects the acknowledgement of a command, as an answer in the exchange that brought it.
     *
     * @param acknowledgement as {@link MemberKeys#acknowledge} sealed it
     */
    ProtectedAnswer protectAcknowledgement(String exchange, String acknowledgement);

    /**
     * A request to send.
     *
     * @param exchange for the answers
     * @param option value of the OSCORE option
     * @param proof for {@link #learnCommander} at members that don't know this commander; public
     */
    record ProtectedCommand(String exchange, byte[] option, byte[] payload, String proof) {}

    /** A response to send. */
    record ProtectedAnswer(byte[] option, byte[] payload) {}

    /**
     * What to do with a command, and the exchange to answer in; no exchange for one that is refused.
     *
     * @param sent unprotected CoAP code (one octet) that a refusal may be answered with, when it came to this end point alone
     */
    record ProtectedVerdict(Optional<String> exchange, int sent, CommandVerdict verdict) {}
}
