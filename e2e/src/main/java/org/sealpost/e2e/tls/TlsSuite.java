package org.sealpost.e2e.tls;

import org.bouncycastle.tls.CipherSuite;

/** The cipher suites of TS-0003 10.2.2 (pre-shared key) and 10.2.3 (certificates), strongest of each kind first. */
public enum TlsSuite {
    /** Not named by the standard, which asks to consider forward secrecy (10.2.2). */
    ECDHE_PSK_AES_128_GCM_SHA256(CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, false),
    PSK_AES_128_GCM_SHA256(CipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256, false),
    /** The least that 10.2.2 wants over TCP. */
    PSK_AES_128_CBC_SHA256(CipherSuite.TLS_PSK_WITH_AES_128_CBC_SHA256, false),
    /** The least that 10.2.2 wants over UDP. */
    PSK_AES_128_CCM_8(CipherSuite.TLS_PSK_WITH_AES_128_CCM_8, false),
    ECDHE_ECDSA_AES_128_GCM_SHA256(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true),
    /** The least that 10.2.3 wants over TCP. */
    ECDHE_ECDSA_AES_128_CBC_SHA256(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, true),
    /** The least that 10.2.3 wants over UDP. */
    ECDHE_ECDSA_AES_128_CCM_8(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, true);

    private final int number;
    private final boolean certificates;

    TlsSuite(int number, boolean certificates) {
        this.number = number;
        this.certificates = certificates;
    }

    /** The number in the IANA registry. */
    public int number() {
        return number;
    }

    /** True when both peers prove themselves by certificates, false when by a pre-shared key. */
    public boolean certificates() {
        return certificates;
    }

    static TlsSuite of(int number) {
        for (TlsSuite suite : values()) {
            if (suite.number == number) {
                return suite;
            }
        }
        throw new IllegalStateException("a suite was negotiated that was not offered");
    }
}
