package org.sealpost.enclave;

/**
 * What a secure environment says of itself.
 *
 * @param kind {@code in-process}, {@code process} or {@code pkcs11}
 * @param level protection level of TS-0003 table 6.3.1-1: 0 none, 1 low, 2 medium, 3 high
 * @param version of the software
 */
public record Attestation(String kind, int level, String version) {
    /** The highest level there is. */
    public static final int HIGHEST = 3;
}
