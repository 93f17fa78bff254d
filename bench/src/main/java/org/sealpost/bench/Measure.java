package org.sealpost.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is measured: the group that {@code --only} names, the figure's name in JSON, a title for people, and where its benchmark is. */
enum Measure {
    ESPRIM_OPS_PER_S("esprim", "ESPrim seal and open, 1 kB", "1/s", EsprimBenchmark.class, "esprim"),
    GCM_HMAC_OPS_PER_S("esprim", "AES-256-GCM and HMAC-SHA256 alone", "1/s", EsprimBenchmark.class, "gcmAndHmac"),
    GCM_OPS_PER_S("esprim", "AES-256-GCM alone", "1/s", EsprimBenchmark.class, "gcm"),
    SESSION_DERIVATION_US("derivation", "ESPrim session key derived", "µs", EsprimBenchmark.class, "sessionDerivation"),
    ESCERTKE_PER_S("escertke", "ESCertKE, both sides, P-256", "1/s", KeyEstablishmentBenchmark.class, "escertke"),
    TLS_HANDSHAKES_PER_S(
            "escertke", "bare TLS handshake, both sides", "1/s", KeyEstablishmentBenchmark.class, "bareTls"),
    ENCLAVE_CALLS_PER_S("enclave", "enclave, smallest call, 16 callers", "1/s", EnclaveBenchmark.class, "call"),
    ENCLAVE_SEALS_PER_S("enclave", "enclave, 1 kB sealed, 16 callers", "1/s", EnclaveBenchmark.class, "seal");

    private final String group;
    private final String title;
    private final String unit;
    private final String pattern;

    Measure(String group, String title, String unit, Class<?> where, String method) {
        this.group = group;
        this.title = title;
        this.unit = unit;
        this.pattern = "^" + where.getName().replace(".", "\\.") + "\\." + method + "$";
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    String pattern() {
        return pattern;
    }

    /** The figure's name in JSON. */
    String figure() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> groups() {
        return Arrays.stream(values()).map(m -> m.group).distinct().toList();
    }

    /** Those of a group; all of them for an empty name. */
    static List<Measure> of(String group) {
        return Arrays.stream(values())
                .filter(m -> group.isEmpty() || m.group.equals(group))
                .toList();
    }
}
