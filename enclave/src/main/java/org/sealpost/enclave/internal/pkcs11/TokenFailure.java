package org.sealpost.enclave.internal.pkcs11;

/** A PKCS#11 function did not return CKR_OK. Caught where it is known what that means; nobody outside of this package sees it. */
final class TokenFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String function;
    private final long code;

    TokenFailure(String function, long code) {
        super(function + " returned " + ReturnCodes.name(code), null, false, false);
        this.function = function;
        this.code = code;
    }

    String function() {
        return function;
    }

    long code() {
        return code;
    }
}
