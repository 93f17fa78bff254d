package org.sealpost.enclave;

import java.util.List;
import java.util.Optional;

/**
 * What a client of MEFs and MAFs does (TS-0003 8.3, 8.8): a device, the server, a MAF at its MEF. The TLS connection ends inside: the program carries its octets
 * and sees no key.
 */
public interface ClientKeys {
    /** Makes (or repeats) this enclave's request for a manufacturer's credential: a public key. */
    ManufactureRequest manufactureRequest();

    /**
     * Takes a credential that was sealed to the key of {@link #manufactureRequest}: Kpm, KpmID, a one-time enrolment token, and where the MEF is. One that was
     * here for the same function is replaced.
     */
    FunctionAccess acceptManufacture(String manufacturePackage);

    /**
     * Makes (or repeats) the key of this hardware's device certificate, which stays here, and a signing request for its manufacturer's authority (PKCS #10).
     *
     * @param hardwareType OID of the manufacturer's for this kind of hardware
     * @param serial 1 to 32 octets in UTF-8
     * @throws org.sealpost.onem2m.Refusal 4105 when this enclave is in another piece of hardware
     */
    DeviceCertificateRequest deviceCertificateRequest(String hardwareType, String serial);

    /**
     * Takes the device certificate that came of the request: this end point proves itself by it at that MEF, instead of a Kpm (TS-0003 8.3.2.2). A credential that was here for the same MEF is replaced.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when it is for another key or other hardware
     */
    FunctionAccess acceptDeviceCertificate(DeviceCredential credential);

    /** The MEFs and MAFs that this end point is a client of. */
    List<FunctionAccess> functions();

    /** The keys that came through MEFs and MAFs, without their values. */
    List<ProvisionedKey> provisionedKeys();

    /**
     * Begins a run with an MEF or MAF; its TLS connection's first octets are in the answer.
     *
     * @param function its FQDN
     * @param identity of this end point, absolute, for a first enrolment; empty for what it is already
     */
    ExchangeStep openExchange(String function, ExchangeGoal goal, Optional<String> identity);

    /**
     * Goes on with what came from the function; nothing, after its end, begins the same goal again over the same connection. An exchange that has failed or
     * ended is forgotten.
     */
    ExchangeStep continueExchange(String exchange, byte[] received);

    /** Forgets an exchange whose connection is gone. */
    void dropExchange(String exchange);

    /** A public key (P-256 JWK) that a manufacturer's package is sealed to, and its fingerprint. */
    record ManufactureRequest(String agreementKey, String fingerprint) {}

    /** A signing request in PEM, and the Credential-ID (TS-0003 10.4) that the certificate will stand for; public. */
    record DeviceCertificateRequest(String request, String credentialId) {}

    /**
     * A device certificate and the MEF that it is for; public, but whoever changes {@code anchors} can be the MEF for this device.
     *
     * @param chain PEM, own certificate first
     * @param function the MEF's FQDN, which its certificate has to name
     * @param uri where it is reached, such as {@code tls://mef.example:7000}
     * @param anchors PEM, self-signed: the authorities of the MEF's certificate
     */
    record DeviceCredential(String chain, String function, String uri, String anchors) {}

    /**
     * A function that this end point is a client of.
     *
     * @param kind MEF or MAF
     * @param uri such as {@code tls://mef.example:7000}
     * @param credentialId KpmID, Credential-ID of a device certificate, KmID or the id of the Km that an MEF gave
     * @param registered whether a registration stands that has not expired
     * @param unfinished whether an MEF may still have commands of this registration: it was not heard to say that there are no more, and the client has to enrol again
     * @param returnsIn seconds until the MEF wants to be asked for commands again; -1 when it did not say
     * @param clientId the identity that the function knows this end point under; empty before
     * @param expirationTime of the registration, epoch seconds
     */
    record FunctionAccess(
            String kind,
            String fqdn,
            String uri,
            String credentialId,
            boolean registered,
            boolean unfinished,
            long returnsIn,
            String clientId,
            long expirationTime) {}

    /** A key's public facts; {@code usage} is its SUID, {@code targets} is empty where this end point is one. */
    record ProvisionedKey(
            String keyId, String function, int usage, String source, List<String> targets, long expirationTime) {}

    /**
     * What a run is for.
     *
     * @param kind one of the constants
     * @param usage SUID, for {@link #REGISTER}
     * @param targets identities, for {@link #REGISTER}
     * @param subject the key id for {@link #RETRIEVE}, the client's identity for {@link #REVOKE}
     * @param reason for {@link #REVOKE}
     */
    record ExchangeGoal(String kind, int usage, List<String> targets, String subject, String reason) {
        /** Register at an MEF, be told what to do and do it. */
        public static final String ENROL = "enrol";

        /** Ask an MEF again for commands: what was assigned since, without another enrolment. */
        public static final String RETURN = "return";

        /** Follow the keys that others register for this end point. */
        public static final String FOLLOW = "follow";

        /** Register a key. */
        public static final String REGISTER = "register";

        /** Get one key. */
        public static final String RETRIEVE = "retrieve";

        /** Revoke a client. */
        public static final String REVOKE = "revoke";

        public ExchangeGoal {
            targets = List.copyOf(targets);
        }

        public static ExchangeGoal enrol() {
            return new ExchangeGoal(ENROL, 0, List.of(), "", "");
        }

        public static ExchangeGoal comeBack() {
            return new ExchangeGoal(RETURN, 0, List.of(), "", "");
        }

        public static ExchangeGoal follow() {
            return new ExchangeGoal(FOLLOW, 0, List.of(), "", "");
        }

        public static ExchangeGoal register(int usage, List<String> targets) {
            return new ExchangeGoal(REGISTER, usage, targets, "", "");
        }

        public static ExchangeGoal retrieve(String keyId) {
            return new ExchangeGoal(RETRIEVE, 0, List.of(), keyId, "");
        }

        public static ExchangeGoal revoke(String identity, String reason) {
            return new ExchangeGoal(REVOKE, 0, List.of(), identity, reason);
        }
    }

    /**
     * A step of a run.
     *
     * @param exchange its handle
     * @param send octets for the function
     * @param result once it is over
     */
    record ExchangeStep(String exchange, byte[] send, Optional<ExchangeResult> result) {}

    /**
     * How a run ended.
     *
     * @param status 2000, or the status code of why not
     * @param sentence what happened, for a person
     * @param changed ids of keys that this end point has from now on, or has not any more
     * @param retrySeconds when the function wants to be asked again; 0: it did not say
     */
    record ExchangeResult(int status, String sentence, List<String> changed, long retrySeconds) {
        public boolean good() {
            return status == 2000;
        }
    }
}
