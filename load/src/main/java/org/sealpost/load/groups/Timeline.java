package org.sealpost.load.groups;

import java.util.PriorityQueue;

/** Virtual time in microseconds: what is to happen, in its order; of what happens at once, the earlier planned first. Not thread-safe. */
final class Timeline {
    private final PriorityQueue<Event> open = new PriorityQueue<>();
    private long now;
    private long planned;

    private record Event(long at, long order, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    long now() {
        return now;
    }

    void after(long micros, Runnable what) {
        open.add(new Event(now + micros, planned++, what));
    }

    /** Lets everything happen. */
    void run() {
        for (Event next = open.poll(); next != null; next = open.poll()) {
            now = next.at;
            next.what.run();
        }
    }
}
