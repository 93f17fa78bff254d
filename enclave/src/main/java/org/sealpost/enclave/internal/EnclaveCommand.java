package org.sealpost.enclave.internal;

import java.util.List;

public final class EnclaveCommand {
    private EnclaveCommand() {}

    public static List<String> fromSystemProperties() {
        throw new IllegalStateException("under construction");
    }
}
