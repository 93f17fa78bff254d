package org.sealpost.agent;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.sealpost.binding.RadioPort;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.GroupOscoreKeys;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.onem2m.Refusal;

/**
 * Sends commands on the link itself, by multicast under Group OSCORE, without the gateway. In front of each goes the server's word on who commands, which is public and the same every time; members that
 * have not answered hear the command again, in another message, a few times. What gets no answer so is left to the gateway. Thread-safe.
 */
final class RadioSender implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long[] ROUNDS_MILLIS = {0, 400, 1200};

    private final GroupOscoreKeys enclave;
    private final Board board;
    private final Executor calls;
    private final ScheduledExecutorService timer;
    private final LongConsumer renewal;
    private final InetSocketAddress group;
    private final RadioPort port;

    /** @param renewal gives a command that is on the board the delegation and epoch of now */
    RadioSender(
            GroupOscoreKeys enclave,
            Board board,
            Executor calls,
            ScheduledExecutorService timer,
            LongConsumer renewal,
            InetSocketAddress address,
            InetSocketAddress group) {
        this.enclave = enclave;
        this.board = board;
        this.calls = calls;
        this.timer = timer;
        this.renewal = renewal;
        this.group = group;
        this.port = RadioPort.open(
                address, Optional.empty(), (message, multicast) -> CompletableFuture.completedFuture(Optional.empty()));
    }

    /**
     * Sends a command that is on the board.
     *
     * @throws Refusal when the enclave does not protect it; nothing was sent then
     */
    void send(long commandId) {
        round(enclave.protectCommand(commandId));
        for (int i = 1; i < ROUNDS_MILLIS.length; i++) {
            timer.schedule(() -> calls.execute(() -> again(commandId)), ROUNDS_MILLIS[i], TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        port.close();
    }

    private void again(long commandId) {
        try {
            if (board.find(commandId).filter(row -> !row.silent().isEmpty()).isPresent()) {
                renewal.accept(commandId);
                round(enclave.protectCommand(commandId));
            }
        } catch (Refusal | EnclaveUnavailable leftToTheGateway) {
            System.err.println("sealpost agent: command " + commandId + " is not repeated on the link ("
                    + leftToTheGateway.getMessage() + "): the gateway brings it");
        }
    }

    private void round(ProtectedCommand command) {
        port.askAll(
                group,
                RadioPort.Message.open(
                        GroupOscoreKeys.COMMANDERS_PATH, command.proof().getBytes(StandardCharsets.US_ASCII)),
                PATIENCE,
                answer -> {});
        port.askAll(
                group,
                RadioPort.Message.secured(command.option(), command.payload()),
                PATIENCE,
                answer -> answer.option()
                        .ifPresent(
                                option -> calls.execute(() -> answered(command.exchange(), option, answer.payload()))));
    }

    private void answered(String exchange, byte[] option, byte[] payload) {
        try {
            board.answered(enclave.openProtectedAcknowledgement(exchange, option, payload));
        } catch (Refusal | EnclaveUnavailable notVerified) {
            board.unverified();
        }
    }
}
