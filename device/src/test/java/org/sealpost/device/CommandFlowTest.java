package org.sealpost.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.MemberKeys;
import org.sealpost.enclave.MemberKeys.CommandVerdict;

/** An enclave, or the program, dies at each point of a command's way: the command is carried out once and acknowledged. */
class CommandFlowTest {
    private static final String COMMANDER = "//sealpost.example/in-cse";

    private final Mortal enclave = new Mortal();
    private final Journal application = new Journal();

    @Test
    void anEnclaveThatDiesAfterItAcceptedLosesNoCommand() {
        CommandFlow flow = flow();
        enclave.diesAfter("openCommand");
        assertThatThrownBy(() -> flow.take("7", false)).isInstanceOf(EnclaveUnavailable.class);
        assertThat(application.done).isEmpty();
        // The courier brings it again.
        assertThat(flow.take("7", false)).isTrue();
        assertThat(application.done).containsExactly("7 interrupted");
        assertThat(application.acknowledged).contains("ack 7 done");
    }

    @Test
    void anEnclaveThatDiesBeforeItSealedTheAcknowledgementMakesNobodyActTwice() {
        CommandFlow flow = flow();
        enclave.diesBefore("acknowledge");
        assertThatThrownBy(() -> flow.take("7", false)).isInstanceOf(EnclaveUnavailable.class);
        flow.settle();
        flow.take("7", false);
        assertThat(application.done).containsExactly("7");
        assertThat(application.acknowledged).contains("ack 7 done");
    }

    @Test
    void anEnclaveThatDiesAfterItStoredTheAcknowledgementStillGivesIt() {
        CommandFlow flow = flow();
        enclave.diesAfter("acknowledge");
        assertThatThrownBy(() -> flow.take("7", false)).isInstanceOf(EnclaveUnavailable.class);
        flow.take("7", false);
        assertThat(application.done).containsExactly("7");
        assertThat(application.acknowledged).containsExactly("ack 7 done");
        assertThat(application.duplicates).isEqualTo(1);
    }

    @Test
    void whatAnEarlierRunAcceptedIsFinishedBeforeALaterCommandTakesItsPlace() {
        enclave.accept("7");
        CommandFlow afterRestart = flow();
        afterRestart.take("8", false);
        assertThat(application.done).containsExactly("7 interrupted", "8");
        assertThat(application.acknowledged).containsExactly("ack 7 done", "ack 8 done");
    }

    @Test
    void aCommandThatIsBeingCarriedOutIsNotTakenForAnInterruptedOne() {
        CommandFlow flow = flow();
        flow.take("7", false);
        flow.settle();
        assertThat(application.done).containsExactly("7");
    }

    private CommandFlow flow() {
        return new CommandFlow(enclave.keys(), application);
    }

    /** Keeps what was accepted, as an enclave does on disk, and dies when it is told to. */
    private static final class Mortal {
        private final Map<String, Optional<String>> accepted = new java.util.LinkedHashMap<>();
        private final Set<String> before = new HashSet<>();
        private final Set<String> after = new HashSet<>();

        void diesBefore(String call) {
            before.add(call);
        }

        void diesAfter(String call) {
            after.add(call);
        }

        void accept(String id) {
            accepted.put(id, Optional.empty());
        }

        MemberKeys keys() {
            return (MemberKeys) Proxy.newProxyInstance(
                    MemberKeys.class.getClassLoader(),
                    new Class<?>[] {MemberKeys.class},
                    (proxy, method, arguments) -> {
                        if (before.remove(method.getName())) {
                            throw new EnclaveUnavailable("died");
                        }
                        Object result = call(method.getName(), arguments == null ? new Object[0] : arguments);
                        if (after.remove(method.getName())) {
                            throw new EnclaveUnavailable("died");
                        }
                        return result;
                    });
        }

        private Object call(String name, Object[] arguments) {
            return switch (name) {
                case "openCommand" -> open((String) arguments[0]);
                case "unfinishedCommands" ->
                    accepted.entrySet().stream()
                            .filter(e -> e.getValue().isEmpty())
                            .map(e -> execute(e.getKey()))
                            .toList();
                case "acknowledge" -> {
                    String id = ((String) arguments[0]).substring(COMMANDER.length() + 1);
                    accepted.put(id, Optional.of("ack " + id + " " + arguments[1]));
                    yield accepted.get(id).orElseThrow();
                }
                default -> throw new AssertionError(name);
            };
        }

        private CommandVerdict open(String id) {
            Optional<String> known = accepted.get(id);
            if (known != null) {
                return new CommandVerdict.Duplicate(COMMANDER, Long.parseLong(id), known);
            }
            accept(id);
            return execute(id);
        }

        private static CommandVerdict.Execute execute(String id) {
            return new CommandVerdict.Execute(
                    COMMANDER + "#" + id, "doors", 1, COMMANDER, Long.parseLong(id), "all", "close", Map.of());
        }
    }

    private static final class Journal implements CommandFlow.Application {
        private final List<String> done = new ArrayList<>();
        private final List<String> acknowledged = new ArrayList<>();
        private int duplicates;

        @Override
        public CommandHandler.Outcome execute(CommandHandler.Order order) {
            done.add(order.id() + (order.interrupted() ? " interrupted" : ""));
            return CommandHandler.Outcome.done("closed");
        }

        @Override
        public void acknowledge(String sealed) {
            acknowledged.add(sealed);
        }

        @Override
        public void duplicate() {
            duplicates++;
        }

        @Override
        public void notForUs() {
            throw new AssertionError("not expected");
        }

        @Override
        public void refused(int status, String sentence) {
            throw new AssertionError(sentence);
        }
    }
}
