package org.sealpost.demo.crash;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.run.Alive;
import org.sealpost.demo.run.Managed;
import org.sealpost.demo.tap.Relay;
import org.sealpost.demo.tap.Watch;

/** One {@code kill -9}, prepared so that nothing is looked up any more when its moment comes. Thread-safe. */
final class Killing implements AutoCloseable {
    private final Moment moment;
    private final List<Relay> hops;
    private final ScheduledExecutorService timer;
    private final Managed program;
    private final List<ProcessHandle> enclaves;
    private final AtomicBoolean done = new AtomicBoolean();
    private final CountDownLatch killed = new CountDownLatch(1);
    private volatile long at;

    /** @throws IOException when there is nothing to kill */
    Killing(Moment moment, Node node, List<Relay> hops, ScheduledExecutorService timer) throws IOException {
        this.moment = moment;
        this.hops = List.copyOf(hops);
        this.timer = timer;
        this.program = node.process();
        this.enclaves = program.children();
        if (!program.alive() || (moment.target() == Target.ENCLAVE && enclaves.isEmpty())) {
            throw new IOException(moment.what() + " does not run: there is nothing to kill");
        }
    }

    /** To be called when the work begins. */
    void arm() {
        if (moment.trigger() instanceof Trigger.AtTime time) {
            timer.schedule(this::kill, time.millis(), TimeUnit.MILLISECONDS);
        } else if (moment.trigger() instanceof Trigger.AtMessage message) {
            Runnable action = message.millis() == 0
                    ? this::kill
                    : () -> timer.schedule(this::kill, message.millis(), TimeUnit.MILLISECONDS);
            Watch watch = new Watch(message.cue().text(), message.count(), message.before(), action);
            hops.forEach(h -> h.watch(Optional.of(watch)));
        }
    }

    /** True when its moment came; else it is killed now. */
    boolean await(long millis) throws InterruptedException {
        boolean came = killed.await(millis, TimeUnit.MILLISECONDS);
        kill();
        killed.await();
        return came;
    }

    /** When it was done; see {@link System#nanoTime}. */
    long at() {
        return at;
    }

    /** Processes that have to be gone: what was killed, and with a program its enclave, which has nobody left to serve. */
    List<ProcessHandle> leftovers() {
        return enclaves.stream().filter(Alive::runs).toList();
    }

    private void kill() {
        if (done.compareAndSet(false, true)) {
            if (moment.target() == Target.ENCLAVE) {
                enclaves.forEach(ProcessHandle::destroyForcibly);
            } else {
                program.cut();
            }
            at = System.nanoTime();
            killed.countDown();
        }
    }

    @Override
    public void close() {
        hops.forEach(h -> h.watch(Optional.empty()));
    }
}
