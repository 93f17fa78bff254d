package org.sealpost.binding.internal;

import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.sealpost.onem2m.ResponseStatus;

/** Response status codes to those of the transports. 4128, which the tables lack, counts as a missing privilege. */
final class StatusMapping {
    private StatusMapping() {}

    /** TS-0009 6.3.2. */
    static int http(ResponseStatus status) {
        return switch (status) {
            case ACCEPTED, ACCEPTED_NON_BLOCKING_SYNCH, ACCEPTED_NON_BLOCKING_ASYNCH -> 202;
            case OK, DELETED, UPDATED -> 200;
            case CREATED -> 201;
            case BAD_REQUEST, CONTENTS_UNACCEPTABLE, GROUP_MEMBER_TYPE_INCONSISTENT, MAX_NUMBER_OF_MEMBER_EXCEEDED ->
                400;
            case NOT_FOUND, TARGET_NOT_REACHABLE, REMOTE_ENTITY_NOT_REACHABLE -> 404;
            case OPERATION_NOT_ALLOWED -> 405;
            case NOT_ACCEPTABLE -> 406;
            case GROUP_REQUEST_IDENTIFIER_EXISTS, CONFLICT, ALREADY_EXISTS -> 409;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case REQUEST_TIMEOUT -> 504;
            case RELEASE_VERSION_NOT_SUPPORTED, NOT_IMPLEMENTED, NON_BLOCKING_SYNCH_REQUEST_NOT_SUPPORTED -> 501;
            case INTERNAL_SERVER_ERROR,
                    SUBSCRIPTION_VERIFICATION_INITIATION_FAILED,
                    GROUP_MEMBERS_NOT_RESPONDED,
                    ESPRIM_DECRYPTION_ERROR,
                    ESPRIM_ENCRYPTION_ERROR -> 500;
            default -> 403;
        };
    }

    /**
     * TS-0008 table 6.2.4-1.
     *
     * @param retrieve whether a RETRIEVE is answered, because 2000 means 2.05 there and 2.04 elsewhere
     */
    static ResponseCode coap(ResponseStatus status, boolean retrieve) {
        return switch (status) {
            case ACCEPTED_NON_BLOCKING_SYNCH, CREATED -> ResponseCode.CREATED;
            case ACCEPTED, ACCEPTED_NON_BLOCKING_ASYNCH, UPDATED -> ResponseCode.CHANGED;
            case OK -> retrieve ? ResponseCode.CONTENT : ResponseCode.CHANGED;
            case DELETED -> ResponseCode.DELETED;
            case GROUP_REQUEST_IDENTIFIER_EXISTS, ALREADY_EXISTS -> ResponseCode.BAD_REQUEST;
            case CONFLICT -> ResponseCode.FORBIDDEN;
            default -> shared(http(status));
        };
    }

    /** Where both tables agree. */
    private static ResponseCode shared(int http) {
        return switch (http) {
            case 400 -> ResponseCode.BAD_REQUEST;
            case 404 -> ResponseCode.NOT_FOUND;
            case 405 -> ResponseCode.METHOD_NOT_ALLOWED;
            case 406 -> ResponseCode.NOT_ACCEPTABLE;
            case 415 -> ResponseCode.UNSUPPORTED_CONTENT_FORMAT;
            case 500 -> ResponseCode.INTERNAL_SERVER_ERROR;
            case 501 -> ResponseCode.NOT_IMPLEMENTED;
            case 504 -> ResponseCode.GATEWAY_TIMEOUT;
            default -> ResponseCode.FORBIDDEN;
        };
    }
}
