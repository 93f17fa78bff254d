package org.sealpost.device;

import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;

/**
 * The threads and sockets' event loops that devices run on. One serves any number of devices of a program: no device has a thread of its own. Thread-safe.
 */
public final class DeviceRuntime implements AutoCloseable {
    private static final int CALLS = 4;

    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final ScheduledExecutorService timer = newTimer();
    private final ExecutorService calls = Executors.newFixedThreadPool(CALLS, task -> daemon(task, "device"));

    private DeviceRuntime() {}

    public static DeviceRuntime open() {
        return new DeviceRuntime();
    }

    Bindings bindings() {
        return bindings;
    }

    InstantSource clock() {
        return InstantSource.system();
    }

    /** Runs what is due; nothing on it may wait for long. */
    ScheduledExecutorService timer() {
        return timer;
    }

    /** Runs calls to enclave and application, which block. */
    ExecutorService calls() {
        return calls;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        calls.shutdownNow();
        bindings.close();
    }

    private static ScheduledExecutorService newTimer() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "device-timer"));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
