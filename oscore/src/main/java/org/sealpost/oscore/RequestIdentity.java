package org.sealpost.oscore;

/**
 * What binds responses to their request, for as long as the exchange lives and whatever contexts come and go meanwhile (RFC 10021 section 3.4).
 *
 * @param kid Sender ID of the requester
 * @param partialIv of the request
 * @param kidContext Gid of the context that protected the request
 * @param options what of the response's options is authenticated and not encrypted, encoded; empty but for deterministic requests
 */
record RequestIdentity(byte[] kid, byte[] partialIv, byte[] kidContext, byte[] options) {
    RequestIdentity(byte[] kid, byte[] partialIv, byte[] kidContext) {
        this(kid, partialIv, kidContext, new byte[0]);
    }

    /** Whether anybody may have made the request. */
    boolean deterministic() {
        return options.length > 0;
    }
}
