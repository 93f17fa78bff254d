package org.sealpost.load.commands;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** When each member was first through, since the start. Thread-safe. */
final class Stopwatch {
    private final Map<String, Long> nanos = new ConcurrentHashMap<>();
    private volatile long start = System.nanoTime();

    void start() {
        nanos.clear();
        start = System.nanoTime();
    }

    void stop(String member) {
        nanos.putIfAbsent(member, System.nanoTime() - start);
    }

    int stopped() {
        return nanos.size();
    }

    /** Milliseconds, ascending. */
    double[] millis() {
        double[] millis = nanos.values().stream().mapToDouble(n -> n / 1e6).toArray();
        Arrays.sort(millis);
        return millis;
    }
}
