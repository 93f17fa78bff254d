package org.sealpost.e2e.data;

/** How an envelope is written down (TS-0003 8.5.3.1) and the last field of {@code cnf} that says so. */
public enum Packaging {
    /** Five or three parts with dots between: one recipient, one signature. */
    COMPACT(1),
    /** A JSON object for one recipient or one signature (RFC 7516 7.2.2, RFC 7515 7.2.2). */
    FLATTENED_JSON(2),
    /** A JSON object for any number of them (RFC 7516 7.2.1, RFC 7515 7.2.1). */
    GENERAL_JSON(2),
    /** {@link #FLATTENED_JSON} in base64. */
    FLATTENED_JSON_BASE64(3),
    /** {@link #GENERAL_JSON} in base64. */
    GENERAL_JSON_BASE64(3);

    private final int contentSecurity;

    Packaging(int contentSecurity) {
        this.contentSecurity = contentSecurity;
    }

    /** {@code contentSecurity} of TS-0004 6.3.3. */
    public int contentSecurity() {
        return contentSecurity;
    }

    boolean many() {
        return this == GENERAL_JSON || this == GENERAL_JSON_BASE64;
    }

    boolean base64() {
        return contentSecurity == 3;
    }
}
