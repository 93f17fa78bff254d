package org.sealpost.demo.tap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for the n-th message of a kind on one hop or several, and acts once, on the tap's own thread: nothing else passes any tap meanwhile. A text that is torn apart by two pieces is not seen.
 */
public final class Watch {
    private final String text;
    private final boolean before;
    private final AtomicInteger left;
    private final Runnable action;

    /**
     * A watch; it sees what the relays show it that it is given to.
     *
     * @param text what a piece has to contain
     * @param count which one of them, from 1
     * @param before acts before that piece is passed on; else when it has gone
     * @param action must be short
     */
    public Watch(String text, int count, boolean before, Runnable action) {
        if (count < 1) {
            throw new IllegalArgumentException("the first message has the number 1");
        }
        this.text = text;
        this.before = before;
        this.left = new AtomicInteger(count);
        this.action = action;
    }

    void seen(ByteBuffer piece, boolean comes) {
        if (comes == before
                && left.get() > 0
                && StandardCharsets.ISO_8859_1
                        .decode(piece.duplicate())
                        .toString()
                        .contains(text)
                && left.decrementAndGet() == 0) {
            action.run();
        }
    }
}
