package org.sealpost.e2e.provisioning;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.sealpost.e2e.Wipe;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * A message inside of the TLS connection: length of what follows (4 octets), length of the head (2), head (JSON), secret (0 to 64 octets). So no secret is
 * ever part of a text.
 *
 * @param secret a token or key value, the holder's to wipe
 */
public record ProvisioningFrame(byte[] head, byte[] secret) {
    private static final int MAX_SECRET = 64;
    private static final int MAX_HEAD = 1 << 14;
    private static final int LENGTHS = 2;

    /** The octets to send; a secret, if the frame has one. */
    public byte[] encode() {
        return ByteBuffer.allocate(Integer.BYTES + LENGTHS + head.length + secret.length)
                .putInt(LENGTHS + head.length + secret.length)
                .putShort((short) head.length)
                .put(head)
                .put(secret)
                .array();
    }

    @Override
    public String toString() {
        return "ProvisioningFrame[" + head.length + " octets]";
    }

    /** Puts frames together from the octets of a connection. What is cut off at its end never becomes a frame. Not thread-safe. */
    public static final class Reader {
        private byte[] pending = new byte[0];

        /**
         * Takes octets; wiped by the caller.
         *
         * @throws Refusal 4000 when they can't be the beginning of a frame: the connection is not usable any more
         */
        public void offer(byte[] octets) {
            byte[] all = Arrays.copyOf(pending, pending.length + octets.length);
            System.arraycopy(octets, 0, all, pending.length, octets.length);
            Wipe.octets(pending);
            pending = all;
        }

        /** The next whole frame, if there is one. */
        public Optional<ProvisioningFrame> next() {
            if (pending.length < Integer.BYTES + LENGTHS) {
                return Optional.empty();
            }
            ByteBuffer buffer = ByteBuffer.wrap(pending);
            int length = buffer.getInt();
            int head = buffer.getShort();
            if (head < 2 || head > MAX_HEAD || length < LENGTHS + head || length > LENGTHS + head + MAX_SECRET) {
                throw new Refusal(
                        ResponseStatus.BAD_REQUEST, "a provisioning message has lengths that don't fit together");
            }
            int end = Integer.BYTES + length;
            if (pending.length < end) {
                return Optional.empty();
            }
            int secretAt = Integer.BYTES + LENGTHS + head;
            ProvisioningFrame frame = new ProvisioningFrame(
                    Arrays.copyOfRange(pending, Integer.BYTES + LENGTHS, secretAt),
                    Arrays.copyOfRange(pending, secretAt, end));
            byte[] rest = Arrays.copyOfRange(pending, end, pending.length);
            Wipe.octets(pending);
            pending = rest;
            return Optional.of(frame);
        }

        /** True when a message has begun and not ended. */
        public boolean inside() {
            return pending.length > 0;
        }

        /** Overwrites what is left. */
        public void wipe() {
            Wipe.octets(pending);
            pending = new byte[0];
        }
    }
}
