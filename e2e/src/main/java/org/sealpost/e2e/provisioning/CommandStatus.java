package org.sealpost.e2e.provisioning;

import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** cmdStatusCode of an MEF client command (TS-0003 12.3.2.4). */
public enum CommandStatus {
    ISSUED(10),
    REISSUED(11),
    OK(20),
    REPEATED_CMD_ID(40),
    CLASS_NOT_SUPPORTED(41),
    BAD_ARGUMENTS(42),
    UNACCEPTABLE_ARGUMENTS(43),
    CERT_PROV_SERVER_ERROR(100),
    CERT_PROV_CLIENT_ERROR(101),
    DEV_CFG_SERVER_ERROR(201),
    DEV_CFG_CLIENT_ERROR(202),
    MO_NODE_NOT_FOUND(300),
    MO_NODE_TYPE_CONFLICT(301),
    MO_NODE_BAD_ARGS(302),
    MO_NODE_UNACCEPTABLE_ARGS(303),
    MO_NODE_INCONSISTENT_CONFIG(304),
    /** PROCESSING_FAILED in TS-0003 8.3.9.5.18. */
    MO_NODE_EXECUTION_ERROR(305);

    private final int code;

    CommandStatus(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The status with a number; 4000 when there is none. */
    public static CommandStatus of(int code) {
        for (CommandStatus status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "a command status code is not known");
    }
}
