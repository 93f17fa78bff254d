package org.sealpost.enclave.internal;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.sealpost.enclave.*;
import org.sealpost.onem2m.*;

public final class DefaultEndPoint implements EndPoint {
    public DefaultEndPoint(String identity, EndPointKeys enclave, Executor enclaveCalls) {}

    @Override
    public CompletionStage<ResponsePrimitive> receive(RequestPrimitive outer, String requester, InnerHandler inner) {
        throw new IllegalStateException("under construction");
    }

    @Override
    public CompletionStage<Answer> request(
            String peer, RequestPrimitive inner, Function<Content, CompletionStage<ResponsePrimitive>> outer) {
        throw new IllegalStateException("under construction");
    }

    @Override
    public void onInstallation(Consumer<EndPointKeys.Installation> listener) {}
}
