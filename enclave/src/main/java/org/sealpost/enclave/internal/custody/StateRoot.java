package org.sealpost.enclave.internal.custody;

/** What a directory of sealed state hangs on. */
public interface StateRoot extends AutoCloseable {
    /**
     * The key for state that carries this salt.
     *
     * @param salt 32 octets, not secret
     * @return 32 octets; a secret
     */
    byte[] key(byte[] salt);

    @Override
    void close();
}
