package org.sealpost.e2e.provisioning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a client of one MEF or MAF remembers; secret. Changed by {@link ProvisioningClient} only; kept by whoever calls that. */
public final class ClientState {
    public FunctionState.Kind kind = FunctionState.Kind.MEF;
    public String fqdn = "";

    /** Where the function is reached, such as {@code tls://mef.example:7000}. */
    public String uri = "";

    public String credentialId = "";
    public byte[] secret = new byte[0];

    /** Authorities that the function's certificate is checked by, DER; empty where client and function prove themselves by the secret. */
    public List<byte[]> anchors = new ArrayList<>();

    /** KmID that the MAF assigned; used instead of the first credential id. */
    public String assignedKeyId = "";

    /** One-time; empty when used up, or when there is none. */
    public byte[] token = new byte[0];

    /** Made at the first registration, so that the function knows this enclave again. */
    public String instance = "";

    public String registration = "";
    public String clientId = "";
    public long expirationTime;

    /** Ke and its id, once an MEF has confirmed the registration. */
    public byte[] enrolmentKey = new byte[0];

    public String enrolmentKeyId = "";

    /** Ke of a registration that was sent and not answered. */
    public byte[] pendingKey = new byte[0];

    public String pendingKeyId = "";

    /** The number of the last command that was executed. */
    public long lastCommand;

    /** Whether the function said, since the last registration, that it has no more commands. */
    public boolean settled;

    /** When the function wants to be asked for commands again, epoch seconds; 0 when it did not say. */
    public long returnAt;

    /** Up to which change this client has followed the keys it is a target of. */
    public long followed;

    /** Keys shared with others that came through this function, by the canonical form of their id. */
    public Map<String, Held> keys = new LinkedHashMap<>();

    /** Nodes of the configuration that the function gave, by object path. */
    public Map<String, ConfigurationNode> configuration = new LinkedHashMap<>();

    /**
     * A key shared with others.
     *
     * @param keyId as printed: RELATIVE@FQDN
     * @param source absolute identity of who registered it
     * @param targets at its source; empty at a target
     * @param expirationTime epoch seconds
     */
    public record Held(
            String keyId, int usage, String source, List<String> targets, long expirationTime, byte[] value) {
        @Override
        public String toString() {
            return "Held[" + keyId + "]";
        }
    }

    /** The key of that usage with that target, if there is one. */
    public Optional<Held> with(int usage, String target) {
        return keys.values().stream()
                .filter(k -> k.usage() == usage && k.targets().contains(target))
                .findFirst();
    }
}
