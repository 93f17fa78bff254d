package org.sealpost.e2e;

import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** Who speaks inside ESPrim: the identity that the pairwise key belongs to, and nobody else (TS-0003 7.2.2). */
public final class InnerOriginator {
    private InnerOriginator() {}

    /**
     * The absolute identity of an inner request's originator.
     *
     * @param peer the absolute identity of the pairwise key; {@code fr} in a shorter scope is relative to its domain and its CSE
     * @throws Refusal 4116 when {@code fr} is absent or another's, 4000 when it is no identifier
     */
    public static String require(RequestPrimitive inner, String peer) {
        int path = peer.indexOf('/', 2);
        String domain = peer.substring(2, path);
        String cse = "/" + peer.substring(path).split("/")[1];
        String from = inner.from()
                .map(f -> new Identifier(f).absolute(domain, cse).text())
                .orElse("");
        if (!from.equals(peer)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_IMPERSONATION_ERROR,
                    "the inner originator is not the one that the pairwise key belongs to");
        }
        return from;
    }
}
