package org.sealpost.demo.crash;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The audit log of an MEF or MAF verifies. */
record FunctionAuditHolds(Site site, String function) implements Invariant {
    @Override
    public String name() {
        return "the audit log of the " + function + " verifies";
    }

    @Override
    public Optional<String> broken() throws Exception {
        JsonNode verdict = site.fleet().door(site.fleet().node(function)).get("/audit/verify");
        if (verdict.path("entries").asLong(0) == 0) {
            return Optional.of("it has no entries");
        }
        return Optional.of(verdict.path("fault").asString("")).filter(fault -> !fault.isEmpty());
    }
}
