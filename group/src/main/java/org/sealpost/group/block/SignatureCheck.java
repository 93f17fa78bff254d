package org.sealpost.group.block;

import org.sealpost.oscore.cose.CoseSign1;

/**
 * Who verifies the signature of a block: a member itself ({@link #OWN}), always. Only a harness that stands for thousands of members on one processor puts another in, to verify the same octets once.
 */
@FunctionalInterface
public interface SignatureCheck {
    /** The member's own processor does it. */
    SignatureCheck OWN = CoseSign1::verifies;

    /**
     * Whether the key signed exactly this.
     *
     * @param publicKey Ed25519, 32 octets
     * @param externalAad signed with the payload
     */
    boolean holds(CoseSign1 signed, byte[] publicKey, byte[] externalAad);
}
