package org.sealpost.onem2m;

import java.util.List;

/**
 * Response Type of a request ({@code rt}; TS-0004 6.3.5.30): how the originator wants its answer.
 *
 * @param mode 1 non-blocking synchronous, 2 non-blocking asynchronous, 3 blocking, 4 flexible
 * @param notificationUris where the answer of a non-blocking asynchronous request goes; empty: to the originator
 */
public record ResponseType(int mode, List<String> notificationUris) {
    public static final int NON_BLOCKING_SYNCH = 1;
    public static final int NON_BLOCKING_ASYNCH = 2;
    public static final int BLOCKING = 3;
    public static final int FLEX_BLOCKING = 4;

    public ResponseType {
        if (mode < NON_BLOCKING_SYNCH || mode > FLEX_BLOCKING) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "response type " + mode + " is not one of 1 to 4");
        }
        notificationUris = List.copyOf(notificationUris);
    }

    /** The ordinary mode: the originator waits. */
    public static ResponseType blocking() {
        return new ResponseType(BLOCKING, List.of());
    }

    /** Accepted at once, answered later by a NOTIFY to the given identifiers. */
    public static ResponseType asynchronous(String... notificationUris) {
        return new ResponseType(NON_BLOCKING_ASYNCH, List.of(notificationUris));
    }
}
