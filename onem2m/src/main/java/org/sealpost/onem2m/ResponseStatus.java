package org.sealpost.onem2m;

/** Response status codes that Sealpost sends or understands (TS-0004 6.6.3). */
public enum ResponseStatus {
    ACCEPTED(1000),
    ACCEPTED_NON_BLOCKING_SYNCH(1001),
    ACCEPTED_NON_BLOCKING_ASYNCH(1002),
    OK(2000),
    CREATED(2001),
    DELETED(2002),
    UPDATED(2004),
    BAD_REQUEST(4000),
    RELEASE_VERSION_NOT_SUPPORTED(4001),
    NOT_FOUND(4004),
    OPERATION_NOT_ALLOWED(4005),
    REQUEST_TIMEOUT(4008),
    UNSUPPORTED_MEDIA_TYPE(4015),
    SUBSCRIPTION_CREATOR_HAS_NO_PRIVILEGE(4101),
    CONTENTS_UNACCEPTABLE(4102),
    ORIGINATOR_HAS_NO_PRIVILEGE(4103),
    GROUP_REQUEST_IDENTIFIER_EXISTS(4104),
    CONFLICT(4105),
    ORIGINATOR_NOT_AUTHENTICATED(4106),
    SECURITY_ASSOCIATION_REQUIRED(4107),
    INVALID_CHILD_RESOURCE_TYPE(4108),
    NO_MEMBERS(4109),
    GROUP_MEMBER_TYPE_INCONSISTENT(4110),
    ESPRIM_UNSUPPORTED_OPTION(4111),
    ESPRIM_UNKNOWN_KEY_ID(4112),
    ESPRIM_UNKNOWN_ORIG_RAND_ID(4113),
    ESPRIM_UNKNOWN_RECV_RAND_ID(4114),
    ESPRIM_BAD_MAC(4115),
    ESPRIM_IMPERSONATION_ERROR(4116),
    ORIGINATOR_HAS_ALREADY_REGISTERED(4117),
    APP_RULE_VALIDATION_FAILED(4126),
    OPERATION_DENIED_BY_REMOTE_ENTITY(4127),
    SERVICE_SUBSCRIPTION_NOT_ESTABLISHED(4128),
    INTERNAL_SERVER_ERROR(5000),
    NOT_IMPLEMENTED(5001),
    TARGET_NOT_REACHABLE(5103),
    RECEIVER_HAS_NO_PRIVILEGE(5105),
    ALREADY_EXISTS(5106),
    REMOTE_ENTITY_NOT_REACHABLE(5107),
    TARGET_NOT_SUBSCRIBABLE(5203),
    SUBSCRIPTION_VERIFICATION_INITIATION_FAILED(5204),
    SUBSCRIPTION_HOST_HAS_NO_PRIVILEGE(5205),
    NON_BLOCKING_SYNCH_REQUEST_NOT_SUPPORTED(5206),
    NOT_ACCEPTABLE(5207),
    GROUP_MEMBERS_NOT_RESPONDED(5209),
    ESPRIM_DECRYPTION_ERROR(5210),
    ESPRIM_ENCRYPTION_ERROR(5211),
    MAX_NUMBER_OF_MEMBER_EXCEEDED(6010);

    private final int code;

    ResponseStatus(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** True for codes of class 1000 (accepted) and 2000 (done). */
    public boolean successful() {
        return code < 3000;
    }

    /**
     * The status with a number.
     *
     * @throws Refusal 4000 when Sealpost does not know it
     */
    public static ResponseStatus of(int code) {
        for (ResponseStatus status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        throw new Refusal(BAD_REQUEST, "response status code " + code + " is not known");
    }
}
