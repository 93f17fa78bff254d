package org.sealpost.demo.leak;

/**
 * A secret in a place.
 *
 * @param place what was searched
 * @param offset of the first octet that matches
 * @param length how many octets match
 */
public record Finding(Secret secret, String form, String place, long offset, int length) {
    @Override
    public String toString() {
        return secret.name() + " as " + form + " in " + place + " at octet " + offset + " (" + length + " octets)";
    }
}
