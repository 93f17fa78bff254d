package org.sealpost.enclave.internal.contract;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.sealpost.enclave.SecureEnvironment;

/** The contract, in a process of its own. */
@Tag("long")
class ProcessContractTest extends SecureEnvironmentContract {
    @Override
    SecureEnvironment open(Path state) {
        return SecureEnvironment.process(
                new SecureEnvironment.ProcessConfig(state, directory.resolve("s"), SecureEnvironment.defaultCommand()));
    }

    @Override
    String kind() {
        return "process";
    }

    @Override
    int level() {
        return 1;
    }
}
