package org.sealpost.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Which content encryptions an end point offers and accepts: everything at or above a floor, strongest first. There is no mechanism
 * below the floor to fall back to, and none without protection.
 *
 * @param floor the weakest that may be used
 */
public record AeadPolicy(Aead floor) {
    /**
     * What was chosen.
     *
     * @param offered what the peer accepts, by name, in its order
     * @param reason a sentence for the operator
     */
    public record Choice(Aead aead, String offered, String reason) {}

    /** The list for a RandObject, strongest first. */
    public List<Integer> offer() {
        return Arrays.stream(Aead.values())
                .filter(this::accepts)
                .sorted(Comparator.reverseOrder())
                .map(Aead::id)
                .toList();
    }

    public boolean accepts(Aead aead) {
        return aead.compareTo(floor) >= 0;
    }

    /**
     * The strongest that the peer accepts.
     *
     * @throws Refusal 4111 when all of its offer is below the floor
     */
    public Choice choose(List<Integer> peerOffer) {
        List<Aead> known = new ArrayList<>();
        for (Aead aead : Aead.values()) {
            if (peerOffer.contains(aead.id())) {
                known.add(aead);
            }
        }
        String offered = peerOffer.stream().map(AeadPolicy::name).collect(Collectors.joining(" "));
        Aead best = known.stream()
                .filter(this::accepts)
                .max(Comparator.naturalOrder())
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                        "the peer offers " + (offered.isEmpty() ? "nothing" : offered) + ", the floor is " + floor
                                + ": allow a stronger one at the peer, or lower the floor"));
        long rejected = peerOffer.size() - known.stream().filter(this::accepts).count();
        return new Choice(
                best,
                offered,
                "strongest of " + offered + " at or above the floor " + floor
                        + (rejected == 0 ? "" : "; " + rejected + " below the floor or unknown"));
    }

    private static String name(int id) {
        return Arrays.stream(Aead.values())
                .filter(a -> a.id() == id)
                .map(Aead::name)
                .findFirst()
                .orElse("algorithm-" + id);
    }
}
