package org.sealpost.cse.internal;

import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.sealpost.binding.Bindings;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.onem2m.*;

public final class DefaultApplicationEntity implements ApplicationEntity {
    private final Config config;

    public DefaultApplicationEntity(Config config, Bindings bindings, InstantSource clock, Notifications n) {
        this.config = config;
    }

    @Override
    public CompletionStage<Void> registered() {
        throw new IllegalStateException("under construction");
    }

    @Override
    public CompletionStage<ResponsePrimitive> request(
            Operation operation, String to, UnaryOperator<RequestPrimitive.Builder> complete) {
        throw new IllegalStateException("under construction");
    }

    @Override
    public Optional<URI> pointOfAccess() {
        return Optional.empty();
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public void close() {}
}
