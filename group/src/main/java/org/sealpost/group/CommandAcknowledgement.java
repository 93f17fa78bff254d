package org.sealpost.group;

import java.util.Set;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The signed content of an acknowledgement.
 *
 * @param outcome {@code done}, {@code failed} or {@code refused}
 * @param at epoch seconds
 */
public record CommandAcknowledgement(
        long commandId,
        String group,
        long epoch,
        String member,
        String commander,
        String outcome,
        String detail,
        long at) {
    private static final Set<String> OUTCOMES = Set.of("done", "failed", "refused");
    private static final int MAX_DETAIL = 256;

    public CommandAcknowledgement {
        if (!OUTCOMES.contains(outcome) || detail.length() > MAX_DETAIL) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "an outcome is done, failed or refused, with a detail of at most 256 characters");
        }
    }

    public byte[] encode() {
        return Json.write(Json.object()
                .put("cmd", commandId)
                .put("grp", group)
                .put("epo", epoch)
                .put("frm", member)
                .put("cdr", commander)
                .put("out", outcome)
                .put("det", detail)
                .put("at", at));
    }

    public static CommandAcknowledgement decode(byte[] octets) {
        Members m = Versioned.open(
                Json.read(octets), "an acknowledgement", "cmd", "grp", "epo", "frm", "cdr", "out", "det", "at");
        return new CommandAcknowledgement(
                m.integer("cmd"),
                m.text("grp"),
                m.integer("epo"),
                m.text("frm"),
                m.text("cdr"),
                m.text("out"),
                m.text("det"),
                m.integer("at"));
    }
}
