package org.sealpost.demo.crash;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.run.Decided;
import org.sealpost.demo.run.Until;

/** Starts a program again as soon as it has died, as a service manager does; knows nothing else of it. Enclaves are their programs' affair. Thread-safe. */
public final class Supervisor implements AutoCloseable {
    private static final long LOOK_NANOS = 20_000_000;
    private final Fleet fleet;
    private final Thread thread;
    private final Map<String, Integer> starts = new ConcurrentHashMap<>();
    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private volatile Optional<String> trouble = Optional.empty();
    private volatile boolean closed;

    Supervisor(Fleet fleet) {
        this.fleet = fleet;
        this.thread = new Thread(this::watch, "supervisor");
        thread.setDaemon(true);
    }

    /** Begins; all programs have to run by then. */
    void begin() {
        thread.start();
    }

    /** From now on somebody else starts and stops this program, until it is released. */
    void hold(String node) {
        held.add(node);
    }

    void release(String node) {
        held.remove(node);
    }

    /** How often it started this program. */
    int starts(String node) {
        return starts.getOrDefault(node, 0);
    }

    /** How often it started any. */
    int starts() {
        return starts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** What a program said last that did not come up, if there was one since the last call. */
    Optional<String> trouble() {
        Optional<String> told = trouble;
        trouble = Optional.empty();
        return told;
    }

    private void watch() {
        while (!closed) {
            for (Node node : fleet.nodes()) {
                if (!closed && !held.contains(node.name()) && !node.process().alive()) {
                    restart(node);
                }
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void restart(Node node) {
        starts.merge(node.name(), 1, Integer::sum);
        try {
            node.start();
            node.awaitListening();
        } catch (java.io.IOException | Decided | Until.TooLate e) {
            trouble = Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
