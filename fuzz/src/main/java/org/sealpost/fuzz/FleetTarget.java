package org.sealpost.fuzz;

import java.nio.charset.StandardCharsets;
import org.sealpost.server.fleet.FleetException;
import org.sealpost.server.fleet.FleetFile;

/** The fleet file of the operator. */
public final class FleetTarget {
    private FleetTarget() {}

    /** Loads what is instrumented before the clock of the first input runs. */
    public static void fuzzerInitialize() {
        Target.FLEET.seeds().forEach(FleetTarget::fuzzerTestOneInput);
    }

    /** One input: a file. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            FleetFile.parse(new String(input, StandardCharsets.UTF_8));
        } catch (FleetException mistakes) {
            if (mistakes.getMessage() == null || mistakes.getMessage().isBlank()) {
                throw new IllegalStateException("a mistake without a sentence", mistakes);
            }
        }
    }
}
