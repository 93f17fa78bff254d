package org.sealpost.device;

import java.util.Map;

/** Acts on a verified command. Called for one command at a time, on a thread of the SDK. */
@FunctionalInterface
public interface CommandHandler {
    /** Acts; the outcome becomes the acknowledgement. An exception becomes {@code failed}. */
    Outcome execute(Order order);

    /**
     * A command that was verified and is new.
     *
     * @param interrupted the program died after accepting it: it may have been acted on already, look before acting again
     */
    record Order(
            String group, String commander, long id, String verb, Map<String, String> arguments, boolean interrupted) {}

    /** What came of it: {@code done}, {@code failed} or {@code refused}, and a short detail for the operator. */
    record Outcome(String result, String detail) {
        public static Outcome done(String detail) {
            return new Outcome("done", detail);
        }

        public static Outcome failed(String detail) {
            return new Outcome("failed", detail);
        }

        public static Outcome refused(String detail) {
            return new Outcome("refused", detail);
        }
    }
}
