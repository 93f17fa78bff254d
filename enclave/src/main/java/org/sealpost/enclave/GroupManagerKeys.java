package org.sealpost.enclave;

import java.util.List;
import java.util.Optional;

/**
 * The server's enclave as group manager for standard clients (RFC 9594, draft-ietf-ace-key-groupcomm-oscore), over OSCORE (RFC 8613): requests come in and answers go out protected, so that keys of a group are seen by enclave and client
 * alone. The context follows from the pairwise key of the client's enrolment ({@code docs/protocol.md} 4c).
 */
public interface GroupManagerKeys {
    /** Opens a client's request, does what it asks, and protects the answer; that the request was received is stored first. Nothing is thrown for what a client sends. */
    ManagerAnswer answerClient(byte[] option, byte[] payload);

    /** Clients that can be reached and don't have their group's current material yet. */
    List<DueRekey> dueRekeys();

    /**
     * Protects the current material of a group for a client that joined (point-to-point rekeying). Each call makes another message.
     *
     * @throws org.sealpost.onem2m.Refusal 4004 when that client did not join, or is no member any more
     */
    RekeyMessage protectRekey(String group, String member);

    /** Takes a client's answer to a rekeying message: 4115 when it is not authentic, 4004 when nobody waits for it. */
    void confirmRekey(String exchange, byte[] option, byte[] payload);

    /**
     * A response.
     *
     * @param code of CoAP, one octet, as it is seen on the way
     * @param option value of the OSCORE option; empty for an error that is not protected, because there is no context
     * @param wish what the client's request asks of the server's application
     */
    record ManagerAnswer(int code, Optional<byte[]> option, byte[] payload, Optional<Wish> wish) {}

    /**
     * What the application has to do for a client.
     *
     * @param kind {@code leave}: take the member out, with a new epoch; {@code rekey}: a new epoch, since that client lost its numbers
     */
    record Wish(String kind, String group, String member) {}

    /** A client that waits for a rekeying message, and where it takes one. */
    record DueRekey(String group, String member, String uri, long epoch) {}

    /** A request to a client. */
    record RekeyMessage(String exchange, byte[] option, byte[] payload) {}
}
