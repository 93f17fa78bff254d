package org.sealpost.oscore;

/**
 * What binds responses to their request, for as long as the exchange lives and whatever contexts come and go meanwhile (RFC 10021 section 3.4).
 *
 * @param kid Sender ID of the requester
 * @param partialIv of the request
 * @param kidContext Gid of the context that protected the request
 */
record RequestIdentity(byte[] kid, byte[] partialIv, byte[] kidContext) {}
