package org.sealpost.e2e.provisioning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything an MEF or MAF remembers; secret. Changed by {@link ProvisioningFunction} only; kept by whoever calls that. */
public final class FunctionState {
    /** Which function. */
    public enum Kind {
        MEF,
        MAF
    }

    public Kind kind = Kind.MEF;
    public String fqdn = "";

    /** Clients by the canonical form of their first credential's id. */
    public Map<String, Client> clients = new LinkedHashMap<>();

    /** Credential ids that stand for a client too (a KmID), canonical, to that client. */
    public Map<String, String> aliases = new HashMap<>();

    /** Keys by the canonical form of their id. */
    public Map<String, Key> keys = new LinkedHashMap<>();

    /** After how many seconds a client without commands is to ask again. */
    public long retrySeconds = 86_400;

    /** Of the last change to a key. */
    public long sequence;

    /** Of the last command and registration. */
    public long numbers;

    /** A client: an enrolee, or a target that fetches keys. */
    public static final class Client {
        public String credentialId = "";
        public byte[] secret = new byte[0];

        /** Proves itself by the device certificate that the credential's id stands for. */
        public boolean certified;

        /** SHA-256 of the one-time token; empty when it was used or there is none. */
        public byte[] token = new byte[0];

        /** SHA-256 of the token that was used, to know it again. */
        public byte[] usedToken = new byte[0];

        /** One enrolment without token is allowed. */
        public boolean permitted;

        /** Absolute identity of a CSE or AE, or a MAF's FQDN; empty until it is assigned. */
        public String identity = "";

        public String role = "DEVICE";

        /** May revoke other clients. */
        public boolean administrates;

        /** What it shall get keys for. */
        public List<Grant> grants = new ArrayList<>();

        /** Why it was revoked; empty when it was not. */
        public String revoked = "";

        public String instance = "";

        /** KmID that a MAF assigned. */
        public String assignedKeyId = "";

        public Optional<Registration> registration = Optional.empty();
        public byte[] enrolmentKey = new byte[0];
        public String enrolmentKeyId = "";
        public String publicKeys = "";
        public String rootKey = "";

        /** The command that was given and not reported on: its number and its grant's index. */
        public Optional<Issued> issued = Optional.empty();

        /** Outcomes that were reported, by the grant's index, since the enrolment key is what it is. */
        public Map<Integer, Integer> outcomes = new HashMap<>();
    }

    /**
     * A use that a client shall get a key for.
     *
     * @param target absolute identity of a CSE or AE, or a MAF's FQDN
     * @param uri where a MAF is reached
     */
    public record Grant(int usage, String target, Optional<String> uri) {}

    /** A command that is out. */
    public record Issued(long command, int grant) {}

    /** A client registration. */
    public record Registration(String id, String adminFqdn, long expirationTime, List<String> labels) {}

    /**
     * A registered key; of one that ended the value is gone.
     *
     * @param client canonical credential id of the source
     * @param ended why; empty while it is good
     */
    public record Key(
            String relativeId,
            String client,
            String clientId,
            String adminFqdn,
            int usage,
            List<String> targets,
            long expirationTime,
            List<String> labels,
            byte[] value,
            long sequence,
            String ended) {
        @Override
        public String toString() {
            return "Key[" + relativeId + "]";
        }
    }
}
