package org.sealpost.server.ledger;

/**
 * One member's credential for one epoch of a group, and how far it has come.
 *
 * @param reason why it is not further, for the operator
 * @param updatedAt epoch seconds
 * @param way {@link #INDIVIDUAL}, {@link #BLOCK} or {@link #ENDING}
 */
public record Delivery(
        long id,
        String group,
        long epoch,
        String member,
        State state,
        String reason,
        int attempts,
        long updatedAt,
        String way) {
    /** A credential of the member's own. */
    public static final String INDIVIDUAL = "INDIVIDUAL";

    /** The word that the group is no more, for this member. */
    public static final String ENDING = "ENDING";

    /** The group's block, which lies at the member's gateway. */
    public static final String BLOCK = "BLOCK";

    private static final String WAITING = "accepted by the gateway, no answer yet";
    private static final String BEFORE = "; before: ";

    /** The way of a delivery; only an authenticated confirmation makes it {@link #CONFIRMED}. */
    public enum State {
        PLANNED,
        SEALED,
        AT_GATEWAY,
        CONFIRMED,
        REFUSED,
        SUPERSEDED
    }

    /** The reason while an answer is awaited. What stopped the attempt before stays readable: a refusal that comes again with each attempt is what the operator has to see. */
    public String waiting() {
        if (reason.isEmpty() || reason.startsWith(WAITING)) {
            return reason.isEmpty() ? WAITING : reason;
        }
        return WAITING + BEFORE + reason;
    }
}
