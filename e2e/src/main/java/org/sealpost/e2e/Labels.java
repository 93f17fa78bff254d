package org.sealpost.e2e;

/**
 * Every string that separates one use of a key or signature from another. Derivation labels are inputs of HKDF or HMAC; types stand in
 * the {@code typ} header of JOSE objects and are checked by whoever opens them. Nothing of this kind stands anywhere else.
 */
public final class Labels {
    /** sessionESPrimKey derivation (TS-0003 10.3.8.2); 56 ASCII characters, no terminator. */
    public static final String SESSION_ESPRIM_KEY = "oneM2M HMAC-SHA256 sessionESPrimKey derivation algorithm";

    /** Key for commands, from an epoch secret. */
    public static final String GROUP_COMMAND = "sealpost/v1/group/command";

    /** Key for acknowledgements, from an epoch secret. */
    public static final String GROUP_ACKNOWLEDGEMENT = "sealpost/v1/group/acknowledgement";

    /** Key for readings, from an epoch secret. */
    public static final String GROUP_READING = "sealpost/v1/group/reading";

    /** Key for confirmation MACs, from an epoch secret. */
    public static final String GROUP_CONFIRMATION = "sealpost/v1/group/confirmation";

    /** Key-check value, from an epoch secret. */
    public static final String GROUP_KEY_CHECK = "sealpost/v1/group/key-check";

    /** Key of one sender's run, from the key of a use. */
    public static final String GROUP_SENDER = "sealpost/v1/group/sender";

    /** Key that seals an enclave's state, from its key file. */
    public static final String ENCLAVE_STATE = "sealpost/v1/enclave/state";

    public static final String TYPE_ENROLMENT_ENVELOPE = "sealpost-enrolment+jwe";
    public static final String TYPE_ENROLMENT = "sealpost-enrolment+jws";
    public static final String TYPE_CREDENTIAL = "sealpost-credential+jws";
    public static final String TYPE_COMMAND_ENVELOPE = "sealpost-command+jwe";
    public static final String TYPE_COMMAND = "sealpost-command+jws";
    public static final String TYPE_ACKNOWLEDGEMENT_ENVELOPE = "sealpost-acknowledgement+jwe";
    public static final String TYPE_ACKNOWLEDGEMENT = "sealpost-acknowledgement+jws";
    public static final String TYPE_READING_ENVELOPE = "sealpost-reading+jwe";
    public static final String TYPE_PURPOSE = "sealpost-purpose+jws";
    public static final String TYPE_DELEGATION = "sealpost-delegation+jws";
    public static final String TYPE_CHECKPOINT = "sealpost-checkpoint+jws";

    private Labels() {}
}
