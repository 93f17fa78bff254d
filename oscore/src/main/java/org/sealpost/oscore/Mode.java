package org.sealpost.oscore;

/** How a message of a group is protected (RFC 10021 sections 7 and 8). */
public enum Mode {
    /** For all members, countersigned by the sender. */
    GROUP,
    /** For one member, under a key of the two; no signature. */
    PAIRWISE
}
