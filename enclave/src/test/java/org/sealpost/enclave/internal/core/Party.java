package org.sealpost.enclave.internal.core;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;

/** An end point of a test: a compartment on memory, a clock that is set by hand, and everything secret that it ever held. */
final class Party {
    final String identity;
    final MemoryState disk = new MemoryState();
    final List<byte[]> secrets = new ArrayList<>();
    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    SecureRandom random = new SecureRandom();
    Enclave enclave;

    Party(String identity) {
        this.identity = identity;
        this.enclave = open();
    }

    /** As after kill -9: what was saved is there, everything else is gone. */
    void restart() {
        enclave = open();
    }

    private Enclave open() {
        return new Compartment(
                "main",
                new Attestation("in-process", 0, "test"),
                disk,
                () -> now,
                random,
                (kind, owner, secret) -> secrets.add(secret.clone()));
    }
}
