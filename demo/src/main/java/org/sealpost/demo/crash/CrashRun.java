package org.sealpost.demo.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.demo.fleet.Node;

/** Makes moments happen in a running fleet, one after the other, and looks after each whether everything holds. Used by one thread. */
final class CrashRun {
    /** A message that does not come by then is not waited for any longer. */
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    /** Longest time in which everything has to heal: commands live for a minute, and none may expire. */
    private static final Duration LONGEST_HEALING = Duration.ofSeconds(50);

    private static final long LOOK_NANOS = 150_000_000;

    private final Site site;
    private final Scenario scenario;
    private final ScheduledExecutorService timer;

    CrashRun(Site site, Scenario scenario, ScheduledExecutorService timer) {
        this.site = site;
        this.scenario = scenario;
        this.timer = timer;
    }

    /**
     * What came of a moment.
     *
     * @param onTime false when its message did not come and the process was killed after a while instead
     * @param healed from the kill until everything held
     * @param restarts how often the supervisor started a program; 0 for an enclave
     * @param failedOrders what those who gave orders saw fail
     * @param broken empty when everything held
     */
    record Outcome(
            Moment moment,
            boolean onTime,
            Duration healed,
            int restarts,
            List<String> failedOrders,
            Optional<String> broken) {}

    /** Waits until everything holds before the first moment. */
    Optional<String> settle() throws InterruptedException {
        return heal(List.of(), System.nanoTime()).or(this::violated);
    }

    Outcome make(Moment moment) throws Exception {
        scenario.prepare(moment);
        Node node = site.fleet().node(moment.node());
        int startsBefore = site.supervisor().starts();
        int due = site.supervisor().starts(moment.node()) + 1;
        try (Killing killing = new Killing(moment, node, site.fleet().hopsOf(node), timer)) {
            killing.arm();
            scenario.work(moment);
            boolean onTime = killing.await(LONGEST_WAIT_MILLIS);
            Invariant restarted = new Restarted(moment, due);
            List<String> failed = scenario.finish();
            Optional<String> broken = heal(List.of(restarted, new NothingLeft(killing)), killing.at())
                    .or(this::violated);
            Duration healed = Duration.ofNanos(System.nanoTime() - killing.at());
            return new Outcome(moment, onTime, healed, site.supervisor().starts() - startsBefore, failed, broken);
        }
    }

    /** The supervisor started the program again. */
    private final class Restarted implements Invariant {
        private final Moment moment;
        private final int due;

        Restarted(Moment moment, int due) {
            this.moment = moment;
            this.due = due;
        }

        @Override
        public String name() {
            return "the program runs again";
        }

        @Override
        public Optional<String> broken() {
            boolean again =
                    moment.target() == Target.ENCLAVE || site.supervisor().starts(moment.node()) >= due;
            return again ? Optional.empty() : Optional.of(moment.node() + " was not started again");
        }
    }

    /** What was killed is gone, and with a program its enclave. */
    private record NothingLeft(Killing killing) implements Invariant {
        @Override
        public String name() {
            return "an enclave ends with its program";
        }

        @Override
        public Optional<String> broken() {
            return killing.leftovers().isEmpty()
                    ? Optional.empty()
                    : Optional.of("processes still run: "
                            + killing.leftovers().stream()
                                    .map(ProcessHandle::pid)
                                    .toList());
        }
    }

    /** Empty as soon as all of them hold; else what did not come about in time. */
    private Optional<String> heal(List<Invariant> first, long since) throws InterruptedException {
        List<Invariant> all = new ArrayList<>(first);
        all.addAll(scenario.heals());
        while (true) {
            Optional<String> missing = Optional.empty();
            for (Invariant invariant : all) {
                missing = broken(invariant);
                if (missing.isPresent()) {
                    break;
                }
            }
            if (missing.isEmpty()) {
                return missing;
            }
            if (System.nanoTime() - since > LONGEST_HEALING.toNanos()) {
                return missing.map(m -> "not within " + LONGEST_HEALING.toSeconds() + " s: " + m);
            }
            LockSupport.parkNanos(LOOK_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private Optional<String> violated() {
        for (Invariant invariant : scenario.holds()) {
            Optional<String> fault = broken(invariant);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> broken(Invariant invariant) {
        try {
            return invariant.broken().map(why -> invariant.name() + ": " + why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(invariant.name() + ": interrupted");
        } catch (Exception e) {
            return Optional.of(invariant.name() + ": can't be seen ("
                    + e.getClass().getSimpleName() + ": " + e.getMessage() + ")");
        }
    }
}
