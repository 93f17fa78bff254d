package org.sealpost.enclave.internal.process;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends this process when the program that it serves is gone, at whatever point of its life. Two signs, since each alone can be missed: the program's end of standard input closes, unless another process has
 * inherited it; and the system gives the process another parent.
 */
final class Lifeline {
    private static final long LOOK_NANOS = 1_000_000_000L;
    private static final long STACK = 128 * 1024;

    private Lifeline() {}

    /** Ends the process within about a second after its parent. */
    static void watchParent() {
        Optional<ProcessHandle> program = ProcessHandle.current().parent();
        start("parent", () -> {
            while (ProcessHandle.current().parent().equals(program)) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        });
    }

    /** Ends the process as soon as this stream ends or fails; nothing of it is used. */
    static void watchInput(InputStream program) {
        start("lifeline", () -> {
            try {
                while (program.read() >= 0) {
                    // nothing is said there after the token
                }
            } catch (IOException e) {
                // a broken pipe ends it just as well
            }
        });
    }

    /** Halts when the watch ends, also by an error: an enclave that nobody watches must not go on. */
    private static void start(String name, Runnable watch) {
        Runnable halting = () -> {
            try {
                watch.run();
            } finally {
                Runtime.getRuntime().halt(0);
            }
        };
        Thread thread = new Thread(null, halting, name, STACK);
        thread.setDaemon(true);
        thread.start();
    }
}
