package org.sealpost.onem2m;

/** The five operations of a request primitive (TS-0004 6.3.4.2.5). */
public enum Operation {
    CREATE(1),
    RETRIEVE(2),
    UPDATE(3),
    DELETE(4),
    NOTIFY(5);

    private final int code;

    Operation(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /**
     * The operation with a number.
     *
     * @throws Refusal 4000 when there is none
     */
    public static Operation of(int code) {
        for (Operation operation : values()) {
            if (operation.code == code) {
                return operation;
            }
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "there is no operation " + code + "; use 1 to 5");
    }

    /** The bit that grants this operation in accessControlOperations (TS-0004 6.3.4.2.29). */
    public int accessBit() {
        return switch (this) {
            case CREATE -> 1;
            case RETRIEVE -> 2;
            case UPDATE -> 4;
            case DELETE -> 8;
            case NOTIFY -> 16;
        };
    }
}
