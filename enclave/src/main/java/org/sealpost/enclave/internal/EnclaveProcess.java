package org.sealpost.enclave.internal;

import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.enclave.internal.process.ChildEnvironment;

/** Starts the enclave as a child process. */
public final class EnclaveProcess {
    private EnclaveProcess() {}

    /** See {@link SecureEnvironment#process}. */
    public static SecureEnvironment start(SecureEnvironment.ProcessConfig config) {
        return ChildEnvironment.start(config);
    }
}
