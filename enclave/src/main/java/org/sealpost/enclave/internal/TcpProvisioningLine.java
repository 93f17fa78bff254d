package org.sealpost.enclave.internal;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.sealpost.enclave.ClientKeys;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.ClientKeys.ExchangeStep;
import org.sealpost.enclave.ProvisioningLine;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** A line over a socket channel of the platform's own group of threads. One operation at a time is under way on it. */
public final class TcpProvisioningLine implements ProvisioningLine {
    private static final int BUFFER = 1 << 14;
    private static final long ANSWER_SECONDS = 20;

    private final ClientKeys enclave;
    private final Executor calls;
    private final AsynchronousSocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
    private volatile CompletableFuture<ExchangeResult> current = new CompletableFuture<>();
    private volatile String exchange = "";

    private TcpProvisioningLine(ClientKeys enclave, Executor calls, AsynchronousSocketChannel channel) {
        this.enclave = enclave;
        this.calls = calls;
        this.channel = channel;
    }

    /** See {@link ProvisioningLine#open}. */
    public static ProvisioningLine open(
            ClientKeys enclave, String function, ExchangeGoal goal, Optional<String> identity, URI at, Executor calls) {
        if (at.getHost() == null || at.getPort() < 0) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an MEF or MAF is reached at tls://HOST:PORT, not at " + at);
        }
        AsynchronousSocketChannel channel;
        try {
            channel = AsynchronousSocketChannel.open();
        } catch (IOException e) {
            throw new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "no socket can be opened: " + e.getMessage());
        }
        TcpProvisioningLine line = new TcpProvisioningLine(enclave, calls, channel);
        InetSocketAddress address = new InetSocketAddress(at.getHost(), at.getPort());
        if (address.isUnresolved()) {
            line.gone(function + " is not known at " + at + ": check the address");
            return line;
        }
        channel.connect(
                address,
                null,
                line.handler(
                        connected -> line.inEnclave(() -> enclave.openExchange(function, goal, identity)),
                        function + " can't be reached at " + at + ": it will be tried again"));
        return line;
    }

    @Override
    public CompletionStage<ExchangeResult> result() {
        return current;
    }

    @Override
    public CompletionStage<ExchangeResult> again() {
        if (!channel.isOpen()) {
            return CompletableFuture.completedFuture(away("the connection is closed"));
        }
        CompletableFuture<ExchangeResult> next = new CompletableFuture<>();
        current = next;
        inEnclave(() -> enclave.continueExchange(exchange, new byte[0]));
        return next;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is being given up anyway
        }
        if (!exchange.isEmpty()) {
            String handle = exchange;
            exchange = "";
            execute(() -> enclave.dropExchange(handle));
        }
        current.complete(away("the connection is closed"));
    }

    private void inEnclave(Supplier<ExchangeStep> call) {
        execute(() -> {
            try {
                ExchangeStep step = call.get();
                exchange = step.exchange();
                write(ByteBuffer.wrap(step.send()), step.result());
            } catch (RuntimeException failure) {
                current.completeExceptionally(failure);
                close();
            }
        });
    }

    private void write(ByteBuffer octets, Optional<ExchangeResult> result) {
        if (octets.hasRemaining()) {
            channel.write(
                    octets,
                    ANSWER_SECONDS,
                    TimeUnit.SECONDS,
                    null,
                    handler(written -> write(octets, result), "the function went away"));
        } else if (result.isPresent()) {
            current.complete(result.get());
        } else {
            read();
        }
    }

    private void read() {
        in.clear();
        channel.read(
                in,
                ANSWER_SECONDS,
                TimeUnit.SECONDS,
                null,
                handler(
                        length -> {
                            if (length < 0) {
                                gone("the function closed the connection before it was done: it will be tried again");
                            } else {
                                byte[] received = Arrays.copyOf(in.array(), length);
                                inEnclave(() -> enclave.continueExchange(exchange, received));
                            }
                        },
                        "the function went away, or does not answer"));
    }

    private void gone(String sentence) {
        current.complete(away(sentence));
        close();
    }

    private static ExchangeResult away(String sentence) {
        return new ExchangeResult(ResponseStatus.TARGET_NOT_REACHABLE.code(), sentence, List.of(), 0);
    }

    private void execute(Runnable task) {
        try {
            calls.execute(task);
        } catch (RejectedExecutionException stopping) {
            current.complete(away("the program is stopping"));
        }
    }

    private <T> CompletionHandler<T, Void> handler(java.util.function.Consumer<T> next, String otherwise) {
        return new CompletionHandler<>() {
            @Override
            public void completed(T result, Void nothing) {
                next.accept(result);
            }

            @Override
            public void failed(Throwable failure, Void nothing) {
                gone(otherwise);
            }
        };
    }
}
