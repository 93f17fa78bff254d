package org.sealpost.oscore;

/**
 * A protected message, to go into CoAP with {@link CoapMessage#outerCode} and {@link CoapMessage#outerOptions}.
 *
 * @param option value of the OSCORE option
 * @param payload ciphertext, with the encrypted countersignature behind it in group mode
 */
public record ProtectedMessage(byte[] option, byte[] payload) {}
