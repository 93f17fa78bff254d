package org.sealpost.e2e.provisioning;

/**
 * An MEF client command (TS-0003 8.3.9): what the client shall do next.
 *
 * @param id cmdID
 * @param status ISSUED, or REISSUED when the client asked again without having reported
 * @param arguments those of its class; anything else there is a class this side does not know
 */
public record ClientCommand(long id, CommandStatus status, Arguments arguments) {
    /** cmdArgs by cmdClassID (TS-0003 12.3.2.3). */
    public sealed interface Arguments {
        /** Class 0: done; ask again after so many seconds. */
        record NoMore(long retryDuration) implements Arguments {}

        /** Class 1: have a certificate issued. */
        record CertificateProvisioning(int protocol, String uri, int subjectType, String subject)
                implements Arguments {}

        /** Class 2: contact a device management server. */
        record DeviceConfiguration(String uri) implements Arguments {}

        /**
         * Class 3: act on a node of the configuration.
         *
         * @param objectPath of the node
         * @param objectType mgmtDefinition (TS-0004 6.3.4.2.22), 1022 for an authenticationProfile
         * @param usage SUID of an authenticationProfile
         */
        record Node(String objectPath, int objectType, int usage) implements Arguments {}
    }
}
