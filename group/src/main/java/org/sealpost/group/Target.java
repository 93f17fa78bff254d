package org.sealpost.group;

import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Whom a command is for: {@code all}, {@code zone:NAME} or {@code member:IDENTITY}. */
public sealed interface Target {
    record All() implements Target {}

    record Zone(String name) implements Target {}

    /** @param identity absolute */
    record Member(String identity) implements Target {}

    /** Reads the text form; 4000 when it is none of the three. */
    static Target parse(String text) {
        if (text.equals("all")) {
            return new All();
        }
        if (text.startsWith("zone:") && text.substring(5).matches("[A-Za-z0-9._-]{1,64}")) {
            return new Zone(text.substring(5));
        }
        if (text.startsWith("member:")) {
            Identifier identity = new Identifier(text.substring(7));
            if (identity.scope() == Identifier.Scope.ABSOLUTE) {
                return new Member(identity.text());
            }
        }
        throw new Refusal(
                ResponseStatus.BAD_REQUEST, "a target is one of: all, zone:NAME, member: and an absolute identifier");
    }

    /** The text form. */
    default String print() {
        if (this instanceof Zone zone) {
            return "zone:" + zone.name();
        }
        return this instanceof Member member ? "member:" + member.identity() : "all";
    }

    /** True when it reaches this member. */
    default boolean reaches(String identity, String zone) {
        if (this instanceof Zone z) {
            return z.name().equals(zone);
        }
        return !(this instanceof Member m) || m.identity().equals(identity);
    }
}
