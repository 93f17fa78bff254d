package org.sealpost.oscore;

import java.util.List;
import org.sealpost.oscore.cose.Cbor;

/** What is authenticated beside the ciphertext (RFC 8613 section 5.4, RFC 10021 sections 3.3 and 3.4). */
final class Aad {
    private static final int VERSION = 1;
    private static final byte[] EMPTY = new byte[0];

    private Aad() {}

    /** external_aad of plain OSCORE. */
    static byte[] plain(AeadAlgorithm algorithm, byte[] requestKid, byte[] requestPartialIv) {
        return Cbor.array(List.of(VERSION, List.of(algorithm.id()), requestKid, requestPartialIv, EMPTY));
    }

    /** external_aad of a group; the request's identifiers are those of the original request, also after a rekeying. */
    static byte[] group(GroupContext context, RequestIdentity request, byte[] option, Credential sender) {
        return group(context.algorithms(), context.manager(), request, option, sender);
    }

    static byte[] group(
            GroupAlgorithms algorithms, byte[] manager, RequestIdentity request, byte[] option, Credential sender) {
        return group(algorithms, manager, request, option, sender.octets());
    }

    /** @param sender credential; empty for the sender of deterministic requests */
    static byte[] group(
            GroupAlgorithms algorithms, byte[] manager, RequestIdentity request, byte[] option, byte[] sender) {
        return Cbor.array(List.of(
                VERSION,
                algorithms.forAad(),
                request.kid(),
                request.partialIv(),
                request.options(),
                request.kidContext(),
                option,
                sender,
                manager));
    }

    /** The Enc_structure of COSE (RFC 9052 section 5.3). */
    static byte[] encryption(byte[] externalAad) {
        return Cbor.array(List.of("Encrypt0", EMPTY, externalAad));
    }

    /** The Countersign_structure of COSE (RFC 9338 section 3.3). */
    static byte[] countersignature(byte[] externalAad, byte[] ciphertext) {
        return Cbor.array(List.of("CounterSignature0", EMPTY, EMPTY, externalAad, ciphertext));
    }
}
