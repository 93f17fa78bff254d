package org.sealpost.device;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Runs one device's tasks one after the other on threads that many devices share. Thread-safe. */
final class InOrder {
    private final Executor threads;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private final java.util.concurrent.locks.ReentrantLock lock = new java.util.concurrent.locks.ReentrantLock();

    InOrder(Executor threads) {
        this.threads = threads;
    }

    /** Runs a task after all that came before, whether those succeeded or not. */
    <T> CompletionStage<T> submit(Supplier<T> task) {
        lock.lock();
        try {
            CompletableFuture<T> next = last.handleAsync((before, failure) -> task.get(), threads);
            last = next;
            return next;
        } finally {
            lock.unlock();
        }
    }
}
