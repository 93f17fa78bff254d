package org.sealpost.e2e.provisioning;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a client asks of an MEF or MAF (TS-0003 8.3.5.2, 8.8.2, 8.3.2.1). Times are epoch seconds. Secrets (a token, a key value) are not in here: they
 * travel beside a request, see {@link ProvisioningCodec}.
 */
public sealed interface ProvisioningRequest {
    /**
     * Client Registration (8.3.5.2.3, 8.8.2.3); beside it an enrolment token, or nothing.
     *
     * @param instance made by the client's enclave at its first registration: another one is another enclave
     * @param publicKeys what the client signs and agrees with, for the targets of its keys; a text that only they understand
     * @param rootKey public JWK of an authority, for the clients that get keys with it
     */
    record RegisterClient(
            String fqdn,
            long expirationTime,
            List<String> labels,
            String adminFqdn,
            String instance,
            Optional<String> identity,
            Optional<String> publicKeys,
            Optional<String> rootKey)
            implements ProvisioningRequest {}

    /** Client Configuration Retrieval (8.3.5.2.4, 8.8.2.4). */
    record RetrieveConfiguration(String fqdn, String registration) implements ProvisioningRequest {}

    /** Client Registration Update (8.3.5.2.5, 8.8.2.5): at least one of the two. */
    record UpdateClient(String fqdn, String registration, OptionalLong expirationTime, Optional<List<String>> labels)
            implements ProvisioningRequest {}

    /** Client De-Registration (8.3.5.2.6, 8.8.2.6). */
    record DeregisterClient(String fqdn, String registration) implements ProvisioningRequest {}

    /** Key Registration (8.3.5.2.7, 8.8.2.7); beside it a key value, or nothing. */
    record RegisterKey(
            String fqdn, long expirationTime, List<String> labels, String adminFqdn, int usage, List<String> targets)
            implements ProvisioningRequest {}

    /** Key Retrieval (8.3.5.2.8, 8.8.2.8). */
    record RetrieveKey(String relativeKeyId) implements ProvisioningRequest {}

    /** Key Registration Update (8.3.5.2.9, 8.8.2.9): at least one of the three. */
    record UpdateKey(
            String fqdn,
            String relativeKeyId,
            OptionalLong expirationTime,
            Optional<List<String>> labels,
            Optional<List<String>> targets)
            implements ProvisioningRequest {}

    /** Key De-Registration (8.3.5.2.10, 8.8.2.10). */
    record DeregisterKey(String fqdn, String relativeKeyId) implements ProvisioningRequest {}

    /** The next MEF client command (8.3.4.6). */
    record RetrieveCommand(String registration) implements ProvisioningRequest {}

    /** UPDATE of a command with its outcome; the answer is the next command (8.3.4.6). */
    record ReportCommand(String registration, long command, CommandStatus status) implements ProvisioningRequest {}

    /** {@code /fetchCredentials/KeID/SUID} (8.3.2.1, "Use of Remotely Provisioned Credential"). */
    record FetchCredentials(String keyId, int usage) implements ProvisioningRequest {}

    /** Of our own: the keys that the client is a target of and that were registered or revoked after a sequence number. */
    record RetrieveChanges(long after) implements ProvisioningRequest {}

    /** Of our own: the administrating stakeholder revokes a client and all its keys. */
    record RevokeClient(String identity, String reason) implements ProvisioningRequest {}
}
