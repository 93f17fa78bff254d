package org.sealpost.group.manager;

import java.util.OptionalInt;

/** Why a group manager does not do what a client asks; becomes problem details (RFC 9290). The sentence holds no secret. */
public final class GroupcommFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient OptionalInt error;

    private GroupcommFailure(int code, OptionalInt error, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
        this.error = error;
    }

    /** 4.00 without a registered error. */
    public static GroupcommFailure badRequest(String sentence) {
        return new GroupcommFailure(0x80, OptionalInt.empty(), sentence);
    }

    /** 4.00 with one of {@link Groupcomm}'s errors. */
    public static GroupcommFailure badRequest(int error, String sentence) {
        return new GroupcommFailure(0x80, OptionalInt.of(error), sentence);
    }

    /** 4.03. */
    public static GroupcommFailure forbidden(String sentence) {
        return new GroupcommFailure(0x83, OptionalInt.empty(), sentence);
    }

    /** 4.03 with an error. */
    public static GroupcommFailure forbidden(int error, String sentence) {
        return new GroupcommFailure(0x83, OptionalInt.of(error), sentence);
    }

    /** 4.04. */
    public static GroupcommFailure notFound(String sentence) {
        return new GroupcommFailure(0x84, OptionalInt.empty(), sentence);
    }

    /** 4.05. */
    public static GroupcommFailure notAllowed() {
        return new GroupcommFailure(0x85, OptionalInt.empty(), "this resource has no such method");
    }

    /** 5.03 with an error. */
    public static GroupcommFailure unavailable(int error, String sentence) {
        return new GroupcommFailure(0xa3, OptionalInt.of(error), sentence);
    }

    /** CoAP code, one octet. */
    public int code() {
        return code;
    }

    public OptionalInt error() {
        return error;
    }
}
