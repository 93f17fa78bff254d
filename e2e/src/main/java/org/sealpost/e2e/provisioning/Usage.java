package org.sealpost.e2e.provisioning;

import java.util.List;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Security usage identifiers that an MEF or MAF gives keys for (TS-0004 6.3.4.2.39). */
public final class Usage {
    /** Km between a client and a MAF, from an MEF. */
    public static final int MASTER = 21;

    /** Key of a hop's security association, from an MEF. */
    public static final int CONNECTION = 22;

    /** pairwiseESPrimKey from an MEF. */
    public static final int ESPRIM = 23;

    /** ESData key from an MEF; 25 is the other one. */
    public static final int ESDATA = 24;

    /** pairwiseESPrimKey from a MAF. */
    public static final int MAF_ESPRIM = 33;

    /** ESData key from a MAF; 35 is the other one. */
    public static final int MAF_ESDATA = 34;

    private static final int MAF_CONNECTION = 32;
    private static final int LAST_OF_MEF = 25;
    private static final int LAST_OF_MAF = 35;

    private Usage() {}

    /** True when a function of that kind registers keys for the usage. */
    static boolean givenBy(FunctionState.Kind kind, int usage) {
        return kind == FunctionState.Kind.MEF
                ? usage >= MASTER && usage <= LAST_OF_MEF
                : usage >= MAF_CONNECTION && usage <= LAST_OF_MAF;
    }

    /** True for a pairwiseESPrimKey. */
    public static boolean esprim(int usage) {
        return usage == ESPRIM || usage == MAF_ESPRIM;
    }

    /** True for ESData, which may have several targets. */
    static boolean esdata(int usage) {
        return usage == ESDATA || usage == LAST_OF_MEF || usage == MAF_ESDATA || usage == LAST_OF_MAF;
    }

    /** Exactly one target for a security association, a Km or ESPrim; one or more for ESData (TS-0003 8.3.5.2.7). */
    static void requireTargets(int usage, List<String> targets) {
        boolean fits = esdata(usage) ? !targets.isEmpty() : targets.size() == 1;
        if (!fits || targets.stream().distinct().count() != targets.size()) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "a key for usage " + usage + " has "
                            + (esdata(usage) ? "one or more targets, each once" : "exactly one target"));
        }
    }
}
