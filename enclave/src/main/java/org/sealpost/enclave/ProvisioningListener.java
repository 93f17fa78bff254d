package org.sealpost.enclave;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Where an MEF or MAF listens: TCP connections, whose octets go between clients and the enclave and mean nothing here. No thread waits for the network; a connection on which nothing comes
 * for a while is closed. Thread-safe.
 */
public interface ProvisioningListener extends AutoCloseable {
    /**
     * Listens.
     *
     * @param events of a step, for the audit log; called before the answer that they belong to is sent
     * @param enclaveCalls runs the enclave's (blocking) calls
     * @throws IOException when that address is in use; says what to do
     */
    static ProvisioningListener open(
            InetSocketAddress address,
            FunctionKeys enclave,
            Consumer<List<FunctionKeys.FunctionEvent>> events,
            Executor enclaveCalls)
            throws IOException {
        return org.sealpost.enclave.internal.TcpProvisioningListener.open(address, enclave, events, enclaveCalls);
    }

    /** Where it listens really. */
    InetSocketAddress address();

    @Override
    void close();
}
