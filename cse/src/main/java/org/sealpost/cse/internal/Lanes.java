package org.sealpost.cse.internal;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Messages on their way to one target: those of one lane one after the other, those of different lanes at the same time, up to a number. Lanes that wait take turns. Used under the CSE's lock.
 *
 * @param <T> a message
 */
final class Lanes<T> {
    private final int most;
    private final Map<String, ArrayDeque<T>> lanes = new HashMap<>();
    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private int underWay;
    private int size;

    /** @param most messages under way at the same time */
    Lanes(int most) {
        this.most = most;
    }

    /** Adds a message behind those of its lane; what may begin now. */
    Optional<T> add(String lane, T message) {
        ArrayDeque<T> queue = lanes.computeIfAbsent(lane, l -> new ArrayDeque<>());
        queue.addLast(message);
        size++;
        if (queue.size() == 1) {
            waiting.addLast(lane);
        }
        return begin();
    }

    /** Ends the message that is under way in a lane; what may begin now. */
    Optional<T> end(String lane) {
        ArrayDeque<T> queue = lanes.getOrDefault(lane, new ArrayDeque<>());
        queue.removeFirst();
        size--;
        underWay--;
        if (queue.isEmpty()) {
            lanes.remove(lane);
        } else {
            waiting.addLast(lane);
        }
        return begin();
    }

    /** Messages that wait or are under way. */
    int size() {
        return size;
    }

    private Optional<T> begin() {
        if (underWay == most || waiting.isEmpty()) {
            return Optional.empty();
        }
        underWay++;
        return Optional.of(
                lanes.getOrDefault(waiting.removeFirst(), new ArrayDeque<>()).getFirst());
    }
}
