package org.sealpost.demo.crash;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.demo.fleet.DeviceView;

/** Looks all the time at which epoch each end point shows for each group, and remembers every change. Thread-safe. */
final class EpochHistory implements Invariant, AutoCloseable {
    private static final long LOOK_NANOS = 100_000_000;
    private final Map<String, DeviceView> views;
    private final List<String> groups;
    private final Map<String, Long> shown = new LinkedHashMap<>();
    private final Set<String> backwards = new LinkedHashSet<>();
    private final Thread thread;
    private volatile boolean closed;
    private long steps;

    /** Looks at all end points of a site, for all of its groups. */
    static EpochHistory of(Site site) {
        Map<String, DeviceView> views = new LinkedHashMap<>();
        site.stage().endPoints().forEach(n -> views.put(n, site.device(n)));
        return new EpochHistory(
                views,
                site.plan().groups().stream()
                        .map(g -> site.plan().groupId(g.name()))
                        .toList());
    }

    EpochHistory(Map<String, DeviceView> views, List<String> groups) {
        this.views = Map.copyOf(views);
        this.groups = List.copyOf(groups);
        this.thread = new Thread(this::watch, "epochs");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public String name() {
        return "no end point's epoch goes back";
    }

    @Override
    public synchronized Optional<String> broken() {
        return backwards.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", new ArrayList<>(backwards)));
    }

    /** How often an end point showed a new epoch. */
    synchronized long steps() {
        return steps;
    }

    /** An end point, or the server, shows this epoch. */
    synchronized void saw(String who, String group, long epoch) {
        long before = shown.getOrDefault(who + " " + group, 0L);
        if (epoch < before) {
            backwards.add(who + " went back from epoch " + before + " to " + epoch + " of " + group);
        } else if (epoch > before) {
            shown.put(who + " " + group, epoch);
            steps++;
        }
    }

    private void watch() {
        while (!closed) {
            views.forEach(this::look);
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void look(String who, DeviceView view) {
        for (String group : groups) {
            try {
                view.held(group).ifPresent(h -> saw(who, group, h.epoch()));
            } catch (java.io.IOException e) {
                // no status file yet, or it is being replaced: the next look sees it
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
