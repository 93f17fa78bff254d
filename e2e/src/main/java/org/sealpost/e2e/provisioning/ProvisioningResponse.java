package org.sealpost.e2e.provisioning;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.onem2m.ResponseStatus;

/** What an MEF or MAF answers; times are epoch seconds. A key value travels beside it. */
public sealed interface ProvisioningResponse {
    /**
     * Of {@link ProvisioningRequest.RegisterClient}.
     *
     * @param assignedKeyId the new KmID, from a MAF
     */
    record ClientRegistered(
            String registration,
            List<String> labels,
            long expirationTime,
            String clientId,
            String adminFqdn,
            Optional<String> assignedKeyId)
            implements ProvisioningResponse {}

    /** Of {@link ProvisioningRequest.RetrieveConfiguration}. */
    record Configuration(List<ConfigurationNode> nodes) implements ProvisioningResponse {}

    /** Of the two updates: what was in the request, as it is now. */
    record Updated(OptionalLong expirationTime, Optional<List<String>> labels, Optional<List<String>> targets)
            implements ProvisioningResponse {}

    /** Of {@link ProvisioningRequest.RegisterKey}. */
    record KeyRegistered(
            String relativeKeyId,
            long expirationTime,
            String sourceClientId,
            List<String> labels,
            String adminFqdn,
            int usage,
            List<String> targets)
            implements ProvisioningResponse {}

    /**
     * Of {@link ProvisioningRequest.RetrieveKey}; the key is beside it.
     *
     * @param publicKeys of the source, as it registered them
     * @param role of the source, DEVICE or AGENT
     */
    record KeyRetrieved(
            long expirationTime,
            String sourceClientId,
            List<String> labels,
            String adminFqdn,
            int usage,
            Optional<String> publicKeys,
            String role)
            implements ProvisioningResponse {}

    /** Of {@link ProvisioningRequest.FetchCredentials} with Status True; the key is beside it. */
    record Fetched(String enroleeId, long lifetime) implements ProvisioningResponse {}

    /** A command. */
    record Command(ClientCommand command) implements ProvisioningResponse {}

    /** Of {@link ProvisioningRequest.RetrieveChanges}, in the order of their numbers. */
    record Changes(List<Change> changes, boolean more) implements ProvisioningResponse {}

    /** Nothing but success. */
    record Done() implements ProvisioningResponse {}

    /** No; nothing changed. */
    record Refused(ResponseStatus status, String sentence) implements ProvisioningResponse {}

    /**
     * A key that was registered or, later, ended.
     *
     * @param ended empty for a good one; {@code superseded}, {@code reenrolled} (its enclave was lost) or {@code revoked}
     */
    record Change(long sequence, String relativeKeyId, String sourceClientId, int usage, String ended) {}
}
