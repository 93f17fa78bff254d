package org.sealpost.enclave.internal;

/**
 * Told of every secret that this enclave makes or learns. Shipped without any implementation: tests and the demo add a witness to the class path, to know
 * what to search for outside.
 */
public interface SecretObserver {
    /**
     * A secret came into being here.
     *
     * @param kind such as {@code pairwise-key}
     * @param owner identity or group that it belongs to
     * @param secret must be copied if it is kept
     */
    void observe(String kind, String owner, byte[] secret);

    /** All implementations on the class path; normally none. */
    static SecretObserver discovered() {
        var found = java.util.ServiceLoader.load(SecretObserver.class).stream()
                .map(java.util.ServiceLoader.Provider::get)
                .toList();
        return (kind, owner, secret) -> found.forEach(o -> o.observe(kind, owner, secret));
    }
}
