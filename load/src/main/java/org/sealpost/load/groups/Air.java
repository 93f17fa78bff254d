package org.sealpost.load.groups;

import java.util.SplittableRandom;

/**
 * The radio between a gateway and its devices, both ways. Every message takes its own time, so that they overtake each other.
 *
 * @param loss share of the messages that are lost
 * @param duplicates share that arrives twice
 * @param least milliseconds a message takes
 * @param most milliseconds
 * @param asleep share of the devices that sleep most of the time
 * @param nap milliseconds from one waking to the next of those
 */
record Air(double loss, double duplicates, int least, int most, double asleep, int nap) {
    static final Air GOOD = new Air(0.01, 0, 5, 80, 0, 0);
    static final Air BAD = new Air(0.10, 0.05, 5, 400, 0, 0);
    static final Air SLEEPY = new Air(0.01, 0, 5, 80, 0.2, 30_000);

    /** In a word for a table. */
    String title() {
        return Math.round(loss * 100) + " % loss"
                + (duplicates > 0 ? ", " + Math.round(duplicates * 100) + " % twice" : "")
                + (asleep > 0 ? ", " + Math.round(asleep * 100) + " % asleep" : "");
    }

    /** Microseconds until each copy of a message arrives; none when it is lost. */
    long[] arrivals(SplittableRandom random) {
        if (random.nextDouble() < loss) {
            return new long[0];
        }
        return random.nextDouble() < duplicates
                ? new long[] {delay(random), delay(random)}
                : new long[] {delay(random)};
    }

    private long delay(SplittableRandom random) {
        return 1000L * least + random.nextLong(1000L * (most - least) + 1);
    }
}
