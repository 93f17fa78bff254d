package org.sealpost.demo.crash;

import java.util.List;
import java.util.Random;

/** When exactly a process is killed. */
sealed interface Trigger {
    /** So long after the work began. */
    record AtTime(long millis) implements Trigger {
        @Override
        public String toString() {
            return millis + " ms into the work";
        }
    }

    /** At the n-th message of a kind on the hops of the process; {@code millis} later when it was passed on. */
    record AtMessage(Cue cue, int count, boolean before, long millis) implements Trigger {
        @Override
        public String toString() {
            String when = before ? "before" : millis == 0 ? "right after" : millis + " ms after";
            return when + " " + cue.name() + " no. " + count;
        }
    }

    /** Three of four go by messages: those hit the middle of an exchange. */
    static Trigger draw(Random random, List<Cue> cues) {
        if (random.nextInt(4) == 0) {
            return new AtTime(random.nextInt(1500));
        }
        Cue cue = cues.get(random.nextInt(cues.size()));
        int count = 1 + random.nextInt(3);
        boolean before = random.nextInt(3) == 0;
        long millis = before || random.nextBoolean() ? 0 : 1 + random.nextInt(cue.within());
        return new AtMessage(cue, count, before, millis);
    }
}
