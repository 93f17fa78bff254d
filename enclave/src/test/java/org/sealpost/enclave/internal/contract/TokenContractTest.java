package org.sealpost.enclave.internal.contract;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.sealpost.enclave.SecureEnvironment;

/** The contract, with keys in a SoftHSM2 token. A token made of software says that it is of level 1. */
@Tag("long")
class TokenContractTest extends SecureEnvironmentContract {
    @Override
    SecureEnvironment open(Path state) {
        return SoftHsm.orSkip()
                .process(state, directory.resolve("s"), SoftHsm.orSkip().options("pkcs11", "sealpost"));
    }

    @Override
    String kind() {
        return "pkcs11";
    }

    @Override
    int level() {
        return 1;
    }
}
