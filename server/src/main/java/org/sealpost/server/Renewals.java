package org.sealpost.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.fleet.FleetException;
import org.sealpost.server.fleet.Security;
import org.sealpost.server.ledger.OuterNotify;
import org.sealpost.server.renewal.RenewalLedger;
import org.sealpost.server.renewal.RenewalWorker;
import org.sealpost.server.store.Database;

/** Pairwise keys of the fleet: what the fleet file demands of them, and their renewal. */
final class Renewals {
    private final Fleet fleet;
    private final Enclave enclave;
    private final RenewalLedger ledger;
    private final RenewalWorker worker;
    private final Map<String, PeerPolicy> policies = new LinkedHashMap<>();

    Renewals(
            Fleet fleet,
            Database database,
            Enclave enclave,
            AuditLog audit,
            InstantSource clock,
            ScheduledExecutorService timer,
            OuterNotify outer) {
        this.fleet = fleet;
        this.enclave = enclave;
        this.ledger = new RenewalLedger(database, clock);
        fleet.devices().forEach(d -> policies.put(fleet.identity(d), policy(d.name(), d.groups())));
        fleet.gateways().stream()
                .filter(Fleet.Gateway::agent)
                .forEach(g -> policies.put(fleet.agentIdentity(g), policy("", List.of())));
        Map<String, Long> every = new HashMap<>();
        policies.forEach((member, policy) -> {
            if (policy.everySeconds() > 0) {
                every.put(member, policy.everySeconds());
            }
        });
        this.worker = new RenewalWorker(ledger, every, enclave, audit, clock, timer, outer);
    }

    /** Hands the fleet file's demands to the enclave, which holds itself to them. */
    void apply() {
        Security.Certificates foreign = fleet.security().certificates();
        enclave.trustCertificates(
                new CertificateTrust(read(foreign.anchors()), foreign.revocation(), read(foreign.lists())));
        enclave.setPeerPolicies(policies);
    }

    void start() {
        worker.start();
    }

    void answered(ResponsePrimitive response) {
        worker.answered(response);
    }

    /** An operator wants a member's key renewed now. */
    void want(String member) {
        enclave.nextRenewal(member);
        ledger.want(member);
    }

    List<PairwiseFacts> keys() {
        return enclave.pairwiseKeys();
    }

    List<RenewalLedger.Row> all() {
        return ledger.all();
    }

    private PeerPolicy policy(String device, List<String> groups) {
        Security security = fleet.security();
        Optional<Security.Renewal> renewal = security.renewal(device);
        return new PeerPolicy(
                security.algorithmFloor(device, groups),
                security.forwardSecret(device, groups),
                renewal.map(Security.Renewal::mechanisms).orElse(Security.STRONGEST),
                renewal.map(Security.Renewal::everySeconds).orElse(0L),
                renewal.map(Security.Renewal::lifetimeSeconds).orElse(0L));
    }

    private static List<String> read(List<String> files) {
        return files.stream()
                .map(file -> {
                    try {
                        return Files.readString(Path.of(file));
                    } catch (IOException e) {
                        throw new FleetException(List.of(
                                "the file " + file + ", which the fleet file names, can't be read: check its path"));
                    }
                })
                .toList();
    }
}
