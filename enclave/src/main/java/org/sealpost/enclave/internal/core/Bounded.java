package org.sealpost.enclave.internal.core;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What strangers can make a compartment remember, up to a number: the oldest entry goes. Not thread-safe. */
final class Bounded {
    private Bounded() {}

    static <V> Map<String, V> map(int most) {
        return map(most, gone -> {});
    }

    /** @param gone is given each value that goes because there are too many */
    static <V> Map<String, V> map(int most, Consumer<V> gone) {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                if (size() > most) {
                    gone.accept(eldest.getValue());
                    return true;
                }
                return false;
            }
        };
    }
}
