package org.sealpost.device;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealpost.binding.RadioPort;
import org.sealpost.enclave.GroupOscoreKeys;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedVerdict;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Commands that come on the link itself, under Group OSCORE: no gateway is in between. They take the same way through enclave and application as the others, in one order with them; the answer goes back to who
 * asked, and to the gateway too. Errors after a multicast are not answered.
 */
final class RadioCommands implements AutoCloseable {
    private static final int CHANGED = 0x44;
    private static final int BAD_REQUEST = 0x80;
    private static final int NOT_FOUND = 0x84;

    private final GroupOscoreKeys enclave;
    private final CommandFlow commands;
    private final InOrder inOrder;
    private final Runnable catchUp;
    private final RadioPort port;

    /** @param catchUp fetches credentials that were missed */
    RadioCommands(
            GroupOscoreKeys enclave,
            CommandFlow commands,
            InOrder inOrder,
            Runnable catchUp,
            InetSocketAddress address,
            InetSocketAddress group) {
        this.enclave = enclave;
        this.commands = commands;
        this.inOrder = inOrder;
        this.catchUp = catchUp;
        this.port = RadioPort.open(address, Optional.of(group), this::receive);
    }

    InetSocketAddress address() {
        return port.address();
    }

    @Override
    public void close() {
        port.close();
    }

    private CompletionStage<Optional<RadioPort.Answer>> receive(RadioPort.Message message, boolean multicast) {
        if (message.option().isPresent()) {
            return inOrder.submit(() -> commanded(message.option().get(), message.payload(), multicast));
        }
        return message.path().equals(GroupOscoreKeys.COMMANDERS_PATH)
                ? inOrder.submit(() -> learned(message.payload(), multicast))
                : CompletableFuture.completedFuture(error(NOT_FOUND, multicast));
    }

    private Optional<RadioPort.Answer> learned(byte[] proof, boolean multicast) {
        try {
            enclave.learnCommander(new String(proof, StandardCharsets.US_ASCII));
            return multicast ? Optional.empty() : Optional.of(RadioPort.Answer.open(CHANGED));
        } catch (Refusal refusal) {
            return error(BAD_REQUEST, multicast);
        }
    }

    private Optional<RadioPort.Answer> commanded(byte[] option, byte[] payload, boolean multicast) {
        commands.settle();
        ProtectedVerdict verdict = commands.asked(() -> enclave.openProtectedCommand(option, payload));
        Optional<String> sealed = commands.act(verdict.verdict());
        if (CommandFlow.missesEpoch(verdict.verdict())) {
            catchUp.run();
        }
        if (verdict.exchange().isEmpty()) {
            return error(verdict.sent(), multicast);
        }
        return sealed.flatMap(s -> answer(verdict.exchange().get(), s));
    }

    private Optional<RadioPort.Answer> answer(String exchange, String sealed) {
        try {
            GroupOscoreKeys.ProtectedAnswer answer = enclave.protectAcknowledgement(exchange, sealed);
            return Optional.of(RadioPort.Answer.secured(answer.option(), answer.payload()));
        } catch (Refusal refusal) {
            if (refusal.status() == ResponseStatus.ESPRIM_UNKNOWN_KEY_ID) {
                // Not confirmed yet since its start: nothing is sent under Group OSCORE; the gateway has the
                // acknowledgement.
                return Optional.empty();
            }
            throw refusal;
        }
    }

    private static Optional<RadioPort.Answer> error(int code, boolean multicast) {
        return multicast ? Optional.empty() : Optional.of(RadioPort.Answer.open(code));
    }
}
