package org.sealpost.enclave.internal;

import org.sealpost.enclave.SecureEnvironment;

public final class EnclaveProcess {
    private EnclaveProcess() {}

    public static SecureEnvironment start(SecureEnvironment.ProcessConfig config) {
        throw new IllegalStateException("under construction");
    }
}
