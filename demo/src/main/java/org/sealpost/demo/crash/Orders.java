package org.sealpost.demo.crash;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Orders that are given at once and fail when what they need is being killed. Used by one thread at a time. */
final class Orders {
    private static final long SECONDS = 60;

    private final ExecutorService operators;
    private final Map<String, Future<?>> open = new LinkedHashMap<>();

    /** @param operators runs the orders, which wait for answers */
    Orders(ExecutorService operators) {
        this.operators = operators;
    }

    /** Something that an operator does. */
    interface Order {
        void give() throws Exception;
    }

    void give(String name, Order order) {
        open.put(name, operators.submit(() -> {
            order.give();
            return name;
        }));
    }

    /** Waits for all, and tells which failed and why. */
    List<String> finish() throws InterruptedException {
        List<String> failed = new ArrayList<>();
        for (var order : open.entrySet()) {
            try {
                order.getValue().get(SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                failed.add(order.getKey() + ": " + reason(e));
            } catch (TimeoutException e) {
                order.getValue().cancel(true);
                failed.add(order.getKey() + ": no answer in " + SECONDS + " s");
            }
        }
        open.clear();
        return failed;
    }

    private static String reason(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
