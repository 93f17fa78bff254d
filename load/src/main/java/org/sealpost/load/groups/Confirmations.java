package org.sealpost.load.groups;

import java.util.Optional;
import org.sealpost.e2e.Base64Url;
import org.sealpost.group.CredentialConfirmation;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.Lineage;

/**
 * How devices prove to the server that they hold an epoch: a {@link CredentialConfirmation} in a message under the pairwise key (ESPrim), which the server opens, verifies and answers. The gateway
 * between them carries octets.
 */
final class Confirmations {
    private static final byte[] DONE = {'o', 'k'};
    private static final String INSTANCE = Base64Url.encode(new byte[16]);

    private final Pair[] pairs;

    Confirmations(Pair[] pairs) {
        this.pairs = pairs;
    }

    int size() {
        return pairs.length;
    }

    /** The device's part; needs a session, which the first of them begins with the server's offer. */
    byte[] confirm(int device, long epoch, EpochKeys keys) {
        byte[] confirmation = CredentialConfirmation.of(
                        TestGroup.NAME,
                        epoch,
                        keys,
                        pairs[device].identity(),
                        Base64Url.encode(new byte[] {(byte) epoch}),
                        new Lineage(1, INSTANCE, 0, epoch),
                        1)
                .encode();
        return pairs[device].ask(Optional.empty(), confirmation);
    }

    /**
     * The server's part.
     *
     * @return the answer; a refusal is thrown when it isn't what the device of that number says about these keys
     */
    byte[] verify(int device, byte[] message, long epoch, EpochKeys keys) {
        return pairs[device].answer(message, plaintext -> {
            CredentialConfirmation c = CredentialConfirmation.decode(plaintext);
            boolean proved = c.group().equals(TestGroup.NAME)
                    && c.epoch() == epoch
                    && c.provesFor(keys, pairs[device].identity());
            if (!proved) {
                throw new IllegalStateException("device " + device + " confirmed something else");
            }
            return DONE;
        });
    }

    /** Whether this is the server's answer; the device stops repeating then. */
    boolean accepted(int device, byte[] answer) {
        return pairs[device].answered(answer).isPresent();
    }
}
