package org.sealpost.enclave.internal.contract;

import java.nio.file.Path;
import java.time.InstantSource;
import org.sealpost.enclave.SecureEnvironment;

/** The contract, in the calling program. */
class InProcessContractTest extends SecureEnvironmentContract {
    @Override
    SecureEnvironment open(Path state) {
        return SecureEnvironment.inProcess(state, InstantSource.system());
    }

    @Override
    String kind() {
        return "in-process";
    }

    @Override
    int level() {
        return 0;
    }
}
