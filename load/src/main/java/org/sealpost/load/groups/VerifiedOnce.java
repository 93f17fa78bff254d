package org.sealpost.load.groups;

import java.util.Arrays;
import java.util.Optional;
import org.sealpost.group.block.SignatureCheck;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * One processor stands for thousands of devices that have one each: the same octets under the same key are verified once, by the code that devices use; anything else is verified, and a failure never
 * remembered. Thread-safe.
 */
final class VerifiedOnce implements SignatureCheck {
    private volatile Optional<Seen> last = Optional.empty();

    private record Seen(CoseSign1 signed, byte[] publicKey, byte[] externalAad) {
        boolean is(CoseSign1 other, byte[] otherKey, byte[] otherAad) {
            return Arrays.equals(signed.signature(), other.signature())
                    && Arrays.equals(signed.payload(), other.payload())
                    && Arrays.equals(externalAad, otherAad)
                    && Arrays.equals(publicKey, otherKey);
        }
    }

    @Override
    public boolean holds(CoseSign1 signed, byte[] publicKey, byte[] externalAad) {
        if (last.filter(seen -> seen.is(signed, publicKey, externalAad)).isPresent()) {
            return true;
        }
        boolean holds = SignatureCheck.OWN.holds(signed, publicKey, externalAad);
        if (holds) {
            last = Optional.of(new Seen(signed, publicKey, externalAad));
        }
        return holds;
    }
}
