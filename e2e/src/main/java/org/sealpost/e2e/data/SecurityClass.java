package org.sealpost.e2e.data;

/** What an envelope gives (TS-0003 8.5.2.1). A target says which it expects; another one is refused. */
public enum SecurityClass {
    /** Confidential and unchanged; from anyone who could encrypt. */
    ENCRYPTION_ONLY,
    /** Unchanged and, with a digital signature, from its source; readable by everyone. */
    SIGNATURE_ONLY,
    /** Signed by its source, then encrypted. */
    NESTED
}
