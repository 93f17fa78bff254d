package org.sealpost.group.manager;

/**
 * The numbers of RFC 9594 and of draft-ietf-ace-key-groupcomm-oscore-21. What the draft adds to RFC 9594 is only suggested until IANA assigns it, so that it may change: nowhere else do these numbers stand.
 */
public final class Groupcomm {
    /** First segment of every path. */
    public static final String ROOT = "ace-group";

    /** Content-Format application/ace-groupcomm+cbor. */
    public static final int FORMAT = 261;

    /** Content-Format application/cbor. */
    public static final int FORMAT_CBOR = 60;

    /** Content-Format application/concise-problem-details+cbor (RFC 9290). */
    public static final int FORMAT_PROBLEM = 257;

    /** The parameters of a message's map. */
    public static final long GID = 0;

    public static final long GROUP_NAME = 1;
    public static final long GROUP_URI = 2;
    public static final long SCOPE = 3;
    public static final long GET_CREDENTIALS = 4;
    public static final long CLIENT_CREDENTIAL = 5;
    public static final long CLIENT_NONCE = 6;
    public static final long KEY_TYPE = 7;
    public static final long KEY = 8;
    public static final long VERSION = 9;
    public static final long PROFILE = 10;
    public static final long EXPIRES_AT = 11;
    public static final long EXPIRES_IN = 12;
    public static final long CREDENTIALS = 13;
    public static final long PEER_ROLES = 14;
    public static final long PEER_IDENTIFIERS = 15;
    public static final long POLICIES = 16;
    public static final long MANAGER_CREDENTIAL = 17;
    public static final long MANAGER_NONCE = 18;
    public static final long MANAGER_PROOF = 19;
    public static final long CLIENT_PROOF = 24;
    public static final long CONTROL_URI = 26;
    public static final long CHALLENGE = 30;
    public static final long SIGNATURE_ENCRYPTION_KEY = 33;
    public static final long STALE_IDENTIFIERS = 34;

    /** Value of {@link #KEY_TYPE}: a Group_OSCORE_Input_Material object. */
    public static final int OSCORE_MATERIAL = 1;

    /** Value of {@link #PROFILE}: coap_group_oscore_app. */
    public static final int OSCORE_PROFILE = 1;

    /** Group policy "Key Update Check Interval", in seconds. */
    public static final long POLICY_CHECK_INTERVAL = 1;

    /** Group policy "Expiration Delta", in seconds. */
    public static final long POLICY_EXPIRATION_DELTA = 2;

    /** The parameters of a Group_OSCORE_Input_Material object. */
    public static final long MASTER_SECRET = 2;

    public static final long HKDF = 3;
    public static final long MASTER_SALT = 5;
    public static final long CONTEXT_ID = 6;
    public static final long SENDER_ID = 7;
    public static final long CREDENTIAL_FORMAT = 8;
    public static final long GROUP_ENCRYPTION = 9;
    public static final long SIGNATURE = 10;
    public static final long SIGNATURE_PARAMETERS = 11;

    /** Value of {@link #HKDF}: HMAC 256/256. */
    public static final int HKDF_SHA256 = 5;

    /** Value of {@link #CREDENTIAL_FORMAT}: CWT Claims Set. */
    public static final int CLAIMS_SET = 14;

    /** Roles, as bits of a permission set. */
    public static final long REQUESTER = 1 << 1;

    public static final long RESPONDER = 1 << 2;
    public static final long MONITOR = 1 << 3;
    public static final long VERIFIER = 1 << 4;

    /** Key of the ace-groupcomm-error entry in problem details, and of the error's number in it. */
    public static final long ERROR_ENTRY = 0;

    public static final long ERROR_ID = 0;

    /** Key of the detail entry in problem details (RFC 9290). */
    public static final long DETAIL = -2;

    /** Errors. */
    public static final int MEMBERS_ONLY = 0;

    public static final int WRONG_ROLES = 1;
    public static final int WRONG_CREDENTIAL = 2;
    public static final int WRONG_PROOF = 3;
    public static final int NO_IDENTIFIER = 4;
    public static final int VERIFIERS_ONLY = 8;
    public static final int NOT_ACTIVE = 9;

    private Groupcomm() {}
}
