package org.sealpost.enclave.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.GroupManagerKeys.ManagerAnswer;
import org.sealpost.enclave.GroupManagerKeys.Wish;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedVerdict;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import tools.jackson.databind.node.ObjectNode;

class EnclaveProtocolTest {
    @Test
    void octetsInAnOptionOfAResultArrive() {
        Method call = EnclaveProtocol.call("answerClient");
        ManagerAnswer answer = new ManagerAnswer(
                0x44, Optional.of(new byte[] {1, 2}), new byte[] {3}, Optional.of(new Wish("leave", "//x/g", "//x/a")));
        ObjectNode reply = EnclaveProtocol.MAPPER.createObjectNode();
        EnclaveProtocol.putResult(reply, call, answer);
        byte[] frame = EnclaveProtocol.MAPPER.writeValueAsBytes(reply);
        ManagerAnswer arrived = (ManagerAnswer) EnclaveProtocol.result(EnclaveProtocol.MAPPER.readTree(frame), call);
        assertThat(arrived.option()).hasValueSatisfying(o -> assertThat(o).containsExactly(1, 2));
        assertThat(arrived.wish()).isEqualTo(answer.wish());
        assertThat(arrived.payload()).isEqualTo(answer.payload());
    }

    @Test
    void aVerdictInsideOfAResultArrivesInTheFormItHad() {
        Method call = EnclaveProtocol.call("openProtectedCommand");
        List<CommandVerdict> forms = List.of(
                new CommandVerdict.Execute("c#1", "//x/g", 1, "//x/a", 7, "all", "close", Map.of("k", "v")),
                new CommandVerdict.Duplicate("//x/a", 7, Optional.of("sealed")),
                new CommandVerdict.NotForUs("//x/a", 7),
                new CommandVerdict.Refused(4103, "no"));
        for (CommandVerdict form : forms) {
            ProtectedVerdict verdict = new ProtectedVerdict(Optional.of("exchange"), 68, form);
            ObjectNode reply = EnclaveProtocol.MAPPER.createObjectNode();
            EnclaveProtocol.putResult(reply, call, verdict);
            byte[] frame = EnclaveProtocol.MAPPER.writeValueAsBytes(reply);
            assertThat(EnclaveProtocol.result(EnclaveProtocol.MAPPER.readTree(frame), call))
                    .isEqualTo(verdict);
        }
    }
}
