package org.sealpost.enclave;

import java.util.List;
import java.util.Optional;

/**
 * What an MEF's or MAF's enclave does (TS-0003 8.3, 8.8): it holds the credentials and keys of the clients, and every client's TLS connection ends inside. The program around it carries
 * octets, keeps the audit log and does what the operator says.
 */
public interface FunctionKeys {
    /** Makes this compartment an MEF or MAF, once; later calls return the same. */
    FunctionFacts foundFunction(String kind, String fqdn);

    /**
     * Says after how many seconds a client that was told that there are no more commands is to ask again; a day when nothing is said.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 for less than one second
     */
    void askAgainAfter(long seconds);

    /**
     * Makes a manufacturer's credential and seals it, with a one-time enrolment token, to the enclave that asks. For a name that has one already it is
     * replaced: the old one is void at once.
     *
     * @param name relative part of the KpmID, such as a serial number
     * @param uri where the client is to reach this MEF
     */
    ManufacturedClient manufacture(ClientKeys.ManufactureRequest request, String name, String uri);

    /** The authority of this MEF's certificate (PEM), which devices with certificates need to know; made at the first call. */
    String functionAnchor();

    /**
     * Says whose device certificates are taken, and what revokes them; replaces what was said before. From then on clients may prove themselves by certificate, too.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when something is not PEM, or an anchor is not self-signed
     */
    void trustManufacturers(RenewalKeys.CertificateTrust trust);

    /**
     * Takes in a device that proves itself by certificate; harmless when that was done.
     *
     * @param chain PEM, the device's certificate first; checked as in a handshake
     * @return its Credential-ID, for {@link #assignClient}
     * @throws org.sealpost.onem2m.Refusal 4000 saying why the certificate is not good, 4105 when it was revoked here
     */
    String expectDevice(String chain);

    /** Says who a client is, and which keys it shall register; replaces what was said before. */
    void assignClient(String credentialId, ClientAssignment assignment);

    /** Lets a client enrol once more from another enclave without a token, after a loss. */
    void permitClient(String credentialId);

    /** Revokes a client, by its identity or credential id, and all its keys. */
    List<FunctionEvent> revokeClient(String identityOrCredential, String reason);

    /** All clients, revoked ones too. */
    List<ClientFacts> clients();

    /** A connection came. */
    String acceptConnection();

    /** Octets came on a connection. */
    ConnectionStep continueConnection(String connection, byte[] received);

    /** A connection is gone; what was cut off on it has had no effect. */
    void dropConnection(String connection);

    /** A function. */
    record FunctionFacts(String kind, String fqdn, int clients) {}

    /** A credential that was made. */
    record ManufacturedClient(String credentialId, String manufacturePackage) {}

    /**
     * Who a client is.
     *
     * @param identity absolute identity of a CSE or AE, or a MAF's FQDN
     * @param role DEVICE, AGENT, SERVER or MAF
     * @param grants which keys it shall register
     * @param administrates whether it may revoke others
     */
    record ClientAssignment(String identity, String role, List<KeyGrant> grants, boolean administrates) {
        public ClientAssignment {
            grants = List.copyOf(grants);
        }
    }

    /**
     * A use that a client gets a key for.
     *
     * @param usage SUID: 21 Km with a MAF, 22 Kpsa, 23 ESPrim, 24 and 25 ESData
     * @param target absolute identity, or a MAF's FQDN
     * @param uri where a MAF is reached
     */
    record KeyGrant(int usage, String target, Optional<String> uri) {}

    /**
     * A client's public facts.
     *
     * @param state {@code new}, {@code assigned}, {@code enrolled} or {@code revoked: REASON}
     * @param keys how many good keys it has registered
     */
    record ClientFacts(String credentialId, String identity, String role, String state, int keys) {}

    /**
     * A step of a connection.
     *
     * @param send octets for the client
     * @param over true when the connection is to be closed after that
     * @param events for the audit log
     */
    record ConnectionStep(byte[] send, boolean over, List<FunctionEvent> events) {}

    /** Something for the audit log; holds no secret. */
    record FunctionEvent(String kind, String sentence) {}
}
