package org.sealpost.vectors;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Randomness that a vector prescribes: hands out the octets of a list, one entry a draw. When the list is used up it hands out a counter, for
 * draws that show nowhere in a vector, such as the names of open exchanges. Not thread-safe.
 */
final class Script implements RandomGenerator {
    private final Deque<byte[]> draws = new ArrayDeque<>();
    private byte next;

    Script(List<String> hex) {
        hex.forEach(h -> draws.add(HexFormat.of().parseHex(h)));
    }

    @Override
    public void nextBytes(byte[] bytes) {
        byte[] draw = draws.poll();
        if (draw == null) {
            next++;
            java.util.Arrays.fill(bytes, next);
            return;
        }
        if (draw.length != bytes.length) {
            throw new BadVector("a draw of " + bytes.length + " random octets is scripted with " + draw.length);
        }
        System.arraycopy(draw, 0, bytes, 0, bytes.length);
    }

    @Override
    public int nextInt(int bound) {
        byte[] draw = draws.poll();
        if (draw == null) {
            return 0;
        }
        int value = new java.math.BigInteger(1, draw).intValueExact();
        if (value >= bound) {
            throw new BadVector("a scripted number is not below " + bound);
        }
        return value;
    }

    @Override
    public long nextLong() {
        throw new BadVector("a draw that no vector scripts");
    }
}
