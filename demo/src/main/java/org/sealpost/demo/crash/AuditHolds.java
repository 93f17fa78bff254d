package org.sealpost.demo.crash;

import java.util.Optional;
import org.sealpost.demo.fleet.Console;

/** The server's audit log verifies, and nothing is taken from it. */
final class AuditHolds implements Invariant {
    private final Site site;
    private long entries;

    AuditHolds(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return "the audit log verifies";
    }

    @Override
    public Optional<String> broken() throws Exception {
        Console.Audit audit = site.console().verifyAudit();
        if (audit.fault().isEmpty() && audit.entries() < entries) {
            return Optional.of("it had " + entries + " entries and has " + audit.entries());
        }
        entries = Math.max(entries, audit.entries());
        return audit.fault();
    }

    long entries() {
        return entries;
    }
}
