package org.sealpost.e2e.provisioning;

import java.util.Optional;

/**
 * A node of a client's configuration (TS-0022), as a ClientCfg holds it.
 *
 * @param objectPath such as {@code dataCollection-1}
 * @param objectType mgmtDefinition: 1021 dataCollection, 1025 MAFClientRegCfg
 * @param target absolute identity of the CSE, or the MAF's FQDN: whom a key for this node is shared with
 * @param rootKey the target's root verification key (public JWK), when it registered one: the trust anchor
 * @param uri where a MAF is reached
 */
public record ConfigurationNode(
        String objectPath, int objectType, String target, Optional<String> rootKey, Optional<String> uri) {
    public static final int DATA_COLLECTION = 1021;
    public static final int AUTHENTICATION_PROFILE = 1022;
    public static final int MAF_REGISTRATION = 1025;
}
