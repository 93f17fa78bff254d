package org.sealpost.load.groups;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What it costs to leave one out of a group's next commands, each scheme on as many members, in virtual time. */
public final class SideBySide {
    /** Fewer members say nothing. */
    public static final int LEAST = 20;

    private static final int EVICTIONS = 100;

    private SideBySide() {}

    /**
     * Rows for people, a head above them.
     *
     * @param members of each group, at least {@link #LEAST}
     * @param mls members of the MLS group: each of them has the whole tree in memory
     */
    public static String table(int members, int mls, long seed, Consumer<String> progress) {
        int devices = members - GroupLoad.SPARES;
        List<GroupLoad.Row> rows = new ArrayList<>();
        new GroupLoad(members, devices, devices, devices, mls, EVICTIONS, seed).sideBySide(rows, progress);
        return Table.of(rows);
    }
}
