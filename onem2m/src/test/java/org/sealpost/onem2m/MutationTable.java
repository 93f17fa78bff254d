package org.sealpost.onem2m;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Which status each mutation of a message has to have: a row for each field, a column for each kind of change; {@code -} where a field can't be changed so. Kinds without a column make the form
 * itself wrong, and are refused with 4000.
 */
public final class MutationTable {
    /** The message is still one that its author may send. */
    public static final int OK = 2000;

    private static final int MALFORMED = 4000;
    private static final Set<Mutation.Kind> OF_FORM = EnumSet.of(
            Mutation.Kind.DOUBLED,
            Mutation.Kind.NULL,
            Mutation.Kind.OTHER_TYPE,
            Mutation.Kind.BEYOND_64_BITS,
            Mutation.Kind.FRACTION,
            Mutation.Kind.UNKNOWN_MEMBER);

    private final Map<String, Integer> cells = new HashMap<>();

    public MutationTable(String table) {
        String[] lines = table.strip().split("\n");
        String[] kinds = lines[0].strip().split("\\s+");
        for (int i = 1; i < lines.length; i++) {
            String[] row = lines[i].strip().split("\\s+");
            for (int k = 1; k < row.length; k++) {
                if (!row[k].equals("-")) {
                    cells.put(row[0] + " " + Mutation.Kind.valueOf(kinds[k]), Integer.valueOf(row[k]));
                }
            }
        }
    }

    /** The status of the refusal that a call throws; {@link #OK} for none. */
    public static int thrown(Runnable call) {
        try {
            call.run();
            return OK;
        } catch (Refusal refusal) {
            return refusal.status().code();
        }
    }

    /** The status that is due; -1 where the table says nothing, which no status equals. */
    public int due(Mutation m) {
        return cells.getOrDefault(m.field() + " " + m.kind(), OF_FORM.contains(m.kind()) ? MALFORMED : -1);
    }

    /**
     * Tries all mutations of a message.
     *
     * @return field and kind to what came instead of what was due; empty when all is as the table says
     */
    public Map<String, String> wrong(byte[] message, long seed, ToIntFunction<byte[]> attempt) {
        return wrong(message, OK, seed, attempt);
    }

    /** As {@link #wrong(byte[], long, ToIntFunction)}, for a message that, well formed as it is, is answered with another status. */
    public Map<String, String> wrong(byte[] message, int whole, long seed, ToIntFunction<byte[]> attempt) {
        Map<String, String> wrong = new TreeMap<>();
        int right = attempt.applyAsInt(message);
        if (right != whole) {
            wrong.put("the message as it should be", right + " instead of " + whole);
        }
        for (Mutation m : Mutation.of(message, seed)) {
            int got = attempt.applyAsInt(m.json());
            if (got != due(m)) {
                wrong.put(m.field() + " " + m.kind(), got + " instead of " + due(m));
            }
        }
        return wrong;
    }
}
