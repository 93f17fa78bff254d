package org.sealpost.demo.leak;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Searches streams of octets for any piece of any secret in any form. Immutable, thread-safe.
 *
 * <p>Every finding is at least {@value #STRIDE} + 7 octets long, so an aligned word of 8 octets lies inside it: it suffices to look up each
 * aligned word among all words of all needles (a bit filter first, then a table) and, on a hit, to count how far needle and stream
 * agree to both sides.
 */
public final class Scanner {
    private static final int STRIDE = 4;
    private static final int WORD = 8;
    private static final int FILTER_BITS = 22;
    private static final int CHUNK = 1 << 20;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long[] filter = new long[1 << (FILTER_BITS - 6)];
    private final Map<Long, List<Spot>> table = new HashMap<>();
    private final int longest;

    private record Spot(Needle needle, int offset) {}

    /** A scanner for these secrets. */
    public Scanner(List<Secret> secrets) {
        int max = WORD;
        for (Secret secret : secrets) {
            for (Needle needle : Needle.of(secret)) {
                max = Math.max(max, needle.octets().length);
                for (int i = 0; i + WORD <= needle.octets().length; i++) {
                    long word = (long) WORDS.get(needle.octets(), i);
                    int bit = hash(word);
                    filter[bit >>> 6] |= 1L << bit;
                    table.computeIfAbsent(word, w -> new ArrayList<>(1)).add(new Spot(needle, i));
                }
            }
        }
        longest = max;
    }

    /**
     * Reads to the end.
     *
     * @param place how findings call it
     * @return each secret and form found once, the first place of it
     */
    public List<Finding> scan(String place, ReadableByteChannel in) throws IOException {
        byte[] window = new byte[CHUNK + 2 * longest];
        List<Finding> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        long start = 0; // stream offset of window[0]; stays a multiple of the stride
        int length = 0;
        int next = 0; // first word not looked at yet
        boolean end = false;
        while (!end) {
            int read = fill(in, window, length);
            end = length + read < window.length;
            length += read;
            int until = end ? length - WORD : length - WORD - longest;
            next = search(window, length, next, until, start, place, found, seen);
            int keep = Math.max(0, next - longest - STRIDE) & -STRIDE;
            System.arraycopy(window, keep, window, 0, length - keep);
            start += keep;
            length -= keep;
            next -= keep;
        }
        return found;
    }

    private int search(
            byte[] window,
            int length,
            int from,
            int until,
            long start,
            String place,
            List<Finding> found,
            Set<String> seen) {
        int i = from;
        for (; i <= until; i += STRIDE) {
            long word = (long) WORDS.get(window, i);
            int bit = hash(word);
            if ((filter[bit >>> 6] & (1L << bit)) != 0) {
                for (Spot spot : table.getOrDefault(word, List.of())) {
                    measure(window, length, i, spot, start, place, found, seen);
                }
            }
        }
        return i;
    }

    private static void measure(
            byte[] window,
            int length,
            int at,
            Spot spot,
            long start,
            String place,
            List<Finding> found,
            Set<String> seen) {
        byte[] octets = spot.needle.octets();
        int before = 0;
        while (before < at && before < spot.offset && window[at - before - 1] == octets[spot.offset - before - 1]) {
            before++;
        }
        int after = WORD;
        while (at + after < length
                && spot.offset + after < octets.length
                && window[at + after] == octets[spot.offset + after]) {
            after++;
        }
        Secret secret = spot.needle.secret();
        if (before + after >= spot.needle.minimum() && seen.add(secret.name() + spot.needle.form())) {
            found.add(new Finding(secret, spot.needle.form(), place, start + at - before, before + after));
        }
    }

    private static int fill(ReadableByteChannel in, byte[] window, int from) throws IOException {
        ByteBuffer target = ByteBuffer.wrap(window, from, window.length - from);
        while (target.hasRemaining() && in.read(target) >= 0) {
            // until full or at the end
        }
        return target.position() - from;
    }

    private static int hash(long word) {
        return (int) ((word * 0x9E3779B97F4A7C15L) >>> (64 - FILTER_BITS));
    }
}
