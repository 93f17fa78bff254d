package org.sealpost.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether processes that are nobody's children here still run. */
public final class Alive {
    private Alive() {}

    /**
     * True while a process can still do something. {@link ProcessHandle#isAlive} says so too of one that has ended and whose new parent, the system's first process, has not asked for its exit code yet; that one looks
     * every few seconds on some systems, and under load it may take much longer.
     */
    public static boolean runs(ProcessHandle process) {
        return process.isAlive() && !ended(process.pid());
    }

    private static boolean ended(long pid) {
        try {
            String stat =
                    Files.readString(Path.of("/proc/" + pid + "/stat"), java.nio.charset.StandardCharsets.ISO_8859_1);
            // The state follows the name, which stands in brackets and may hold anything.
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state == 'Z' || state == 'X';
        } catch (IOException none) {
            // It has gone meanwhile, or this system has no /proc: isAlive has to do.
            return false;
        }
    }
}
