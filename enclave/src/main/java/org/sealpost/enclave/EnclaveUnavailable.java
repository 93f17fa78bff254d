package org.sealpost.enclave;

/** The secure environment does not answer: its process died, its state can't be read, or its disk is full. The message says which. */
public final class EnclaveUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EnclaveUnavailable(String sentence) {
        super(sentence, null, false, false);
    }
}
