package org.sealpost.enclave.internal.core;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;

/** An end point of a test: a compartment on memory, a clock that is set by hand, and everything secret that it ever held. */
public final class Party {
    public final String identity;
    public final MemoryState disk = new MemoryState();
    public final List<byte[]> secrets = new ArrayList<>();
    public Instant now = Instant.parse("2030-01-01T00:00:00Z");
    public SecureRandom random = new SecureRandom();
    public Enclave enclave;

    public Party(String identity) {
        this.identity = identity;
        this.enclave = open();
    }

    /** As after kill -9: what was saved is there, everything else is gone. */
    public void restart() {
        enclave = open();
    }

    /** As on a second machine that got a copy of the state directory; both run from now on. */
    public Party cloned() {
        Party clone = new Party(identity);
        clone.now = now;
        clone.disk.restore(disk.copy());
        clone.restart();
        return clone;
    }

    /** Restarts on a copy of the state that was taken earlier. */
    public void rollBack(java.util.Map<String, byte[]> copy) {
        disk.restore(copy);
        restart();
    }

    /** What this party remembers, as it is on its disk. */
    public StateImage state() {
        return new tools.jackson.dataformat.cbor.CBORMapper()
                .readValue(disk.load("main").orElseThrow(), StateImage.class);
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
