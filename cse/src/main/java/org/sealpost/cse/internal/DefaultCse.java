package org.sealpost.cse.internal;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.sealpost.binding.Sender;
import org.sealpost.cse.*;
import org.sealpost.onem2m.*;

public final class DefaultCse implements Cse {
    public DefaultCse(CseConfig c, ResourceStore s, Sender e, InstantSource k, CseBaseNotifications n) {}

    @Override
    public CompletionStage<ResponsePrimitive> handle(RequestPrimitive request, Source source) {
        throw new IllegalStateException("under construction");
    }

    @Override
    public CompletionStage<Void> register() {
        throw new IllegalStateException("under construction");
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of();
    }

    @Override
    public void close() {}
}
