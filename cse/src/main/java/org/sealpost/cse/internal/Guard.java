package org.sealpost.cse.internal;

import java.util.concurrent.locks.ReentrantLock;

/** A lock to hold for a block: {@code try (Guard.Held held = guard.hold())}. Waiting for it does not pin a virtual thread. */
final class Guard {
    private final ReentrantLock lock = new ReentrantLock();

    /** Held until it is closed, by the thread that took it. */
    final class Held implements AutoCloseable {
        private Held() {}

        @Override
        public void close() {
            lock.unlock();
        }
    }

    /** Waits for the lock; its holder may take it again. */
    Held hold() {
        lock.lock();
        return new Held();
    }
}
