package org.sealpost.cse;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What makes one CSE.
 *
 * @param type 1 IN-CSE, 2 MN-CSE (TS-0004 6.3.4.2.2)
 * @param spDomain the service provider's domain, such as {@code sealpost.example}
 * @param cseId SP-relative, such as {@code /in-cse}
 * @param resourceName name of the CSEBase, such as {@code cse-in}
 * @param pointsOfAccess addresses under which others reach this CSE, best first
 * @param supportedSecurityFeatures SUIDs published in e2eSecInfo ({@code esf}); empty: no e2eSecInfo
 * @param registrar where this CSE registers itself; absent for an IN-CSE
 */
public record CseConfig(
        int type,
        String spDomain,
        String cseId,
        String resourceName,
        List<URI> pointsOfAccess,
        List<Integer> supportedSecurityFeatures,
        Optional<Registrar> registrar) {

    public static final int IN_CSE = 1;
    public static final int MN_CSE = 2;

    /** The CSE one level up: its CSE-ID, the name of its CSEBase and its address. */
    public record Registrar(String cseId, String resourceName, URI pointOfAccess) {}

    public CseConfig {
        pointsOfAccess = List.copyOf(pointsOfAccess);
        supportedSecurityFeatures = List.copyOf(supportedSecurityFeatures);
    }
}
