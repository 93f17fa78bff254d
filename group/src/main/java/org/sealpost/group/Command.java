package org.sealpost.group;

import java.util.Map;
import java.util.TreeMap;
import org.sealpost.e2e.Sha256;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The signed content of a command ({@code docs/protocol.md} section 5).
 *
 * @param id strictly increasing for each commander
 * @param commander absolute identity
 * @param issuedAt epoch seconds
 * @param notAfter epoch seconds
 */
public record Command(
        long id,
        String group,
        long epoch,
        Target target,
        String verb,
        Map<String, String> arguments,
        String commander,
        long issuedAt,
        long notAfter) {

    private static final int MAX_ARGUMENTS = 1 << 14;

    public Command {
        arguments = checked(arguments);
        if (id < 1 || epoch < 1 || issuedAt > notAfter || !verb.matches("[a-z][a-z0-9-]{0,31}")) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a command has an id, epoch, time or verb out of range");
        }
    }

    /**
     * A command's arguments.
     *
     * @throws Refusal 4000 when names and values together are longer than 16,384 characters
     */
    public static Map<String, String> checked(Map<String, String> arguments) {
        int length = arguments.entrySet().stream()
                .mapToInt(a -> a.getKey().length() + a.getValue().length())
                .sum();
        if (length > MAX_ARGUMENTS) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "a command's arguments are longer than " + MAX_ARGUMENTS + " characters: send less");
        }
        return Map.copyOf(arguments);
    }

    public byte[] encode() {
        var o = Json.object().put("cmd", id).put("grp", group).put("epo", epoch).put("tgt", target.print());
        o.put("vrb", verb).put("iat", issuedAt).put("exp", notAfter).put("frm", commander);
        var arg = o.putObject("arg");
        new TreeMap<>(arguments).forEach(arg::put);
        return Json.write(o);
    }

    /** The same command in another epoch, as its commander gives it again to those who have gone on. */
    public Command inEpoch(long other) {
        return new Command(id, group, other, target, verb, arguments, commander, issuedAt, notAfter);
    }

    /** What tells two commands of one number apart; a command that is given again in a later epoch is the same. 32 octets. */
    public byte[] digest() {
        return Sha256.of(inEpoch(1).encode());
    }

    public static Command decode(byte[] octets) {
        Members m = Versioned.open(
                Json.read(octets), "a command", "cmd", "grp", "epo", "tgt", "vrb", "arg", "iat", "exp", "frm");
        return new Command(
                m.integer("cmd"),
                m.text("grp"),
                m.integer("epo"),
                Target.parse(m.text("tgt")),
                m.text("vrb"),
                m.textMap("arg"),
                m.text("frm"),
                m.integer("iat"),
                m.integer("exp"));
    }
}
