package org.sealpost.server;

import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.sealpost.enclave.AuthorityKeys.EnrolledPeer;
import org.sealpost.enclave.AuthorityKeys.ProvisionedPeer;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.FunctionAccess;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.ProvisioningLine;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.provisioning.Membership;
import org.sealpost.server.store.Database;
import org.sealpost.server.store.StorageException;

/**
 * The server as a client of MEFs and MAFs: takes devices that register a key for it into their groups, and tells of revocations. The enclave's list of provisioned peers is the truth, the
 * database follows it; so a crash in between costs a repetition and nothing else. Thread-safe.
 */
final class Provisioning implements AutoCloseable {
    private static final long RETRY_MILLIS = 2000;

    private final Enclave enclave;
    private final Database database;
    private final GroupAuthority authority;
    private final AuditLog audit;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Executor calls;
    private final Runnable changed;
    private final Membership membership;
    private final ReentrantLock reconciling = new ReentrantLock();
    private volatile boolean closed;

    Provisioning(
            Enclave enclave,
            Database database,
            GroupAuthority authority,
            AuditLog audit,
            InstantSource clock,
            ScheduledExecutorService timer,
            Executor calls,
            Runnable changed) {
        this.enclave = enclave;
        this.database = database;
        this.authority = authority;
        this.audit = audit;
        this.clock = clock;
        this.timer = timer;
        this.calls = calls;
        this.changed = changed;
        this.membership = new Membership(enclave, timer, calls, this::reconcile);
    }

    /** Begins to follow; called when the fleet file has been taken in. */
    void start() {
        later(this::begin, 0);
    }

    /** A function became known; it is followed from now on. */
    void joined() {
        membership.start();
    }

    /** What is wrong with functions now, by FQDN. */
    Map<String, String> trouble() {
        return membership.trouble();
    }

    /** Revokes an end point everywhere: its groups, this server, MEFs and MAFs. It takes effect here before this returns; functions are told until they know. */
    void revoke(String identity, String reason) {
        database.update(
                "insert into revocation (identity, reason, at) values (?, ?, ?) on conflict do nothing",
                identity,
                reason,
                clock.instant().getEpochSecond());
        authority.revoke(identity, reason);
        changed.run();
        later(this::tellRevocations, 0);
    }

    /** Brings the database to what the enclave knows. */
    void reconcile() {
        reconciling.lock();
        try {
            boolean any = false;
            for (ProvisionedPeer peer : enclave.provisionedPeers()) {
                any |= reconcile(peer);
            }
            if (any) {
                changed.run();
            }
        } finally {
            reconciling.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        membership.close();
    }

    private boolean reconcile(ProvisionedPeer peer) {
        record Known(String keyId, boolean revoked) {}
        Optional<Known> known = database.first(
                "select key_id, revoked from member where identity = ?",
                r -> new Known(r.getString(1), r.getInt(2) == 1),
                peer.identity());
        boolean has = !peer.keyId().isEmpty();
        if (known.isEmpty() || known.get().revoked()) {
            if (has) {
                enclave.revokePeer(peer.identity());
                String why = known.isEmpty() ? " is not in the fleet file" : " is revoked here";
                audit.append("member.refused", peer.identity() + " was provisioned, but" + why);
            }
            return false;
        }
        String before = known.get().keyId();
        if (has && !peer.keyId().equals(before)) {
            if (!before.isEmpty() && peer.ended().equals("reenrolled")) {
                authority.renewGroupsOf(peer.identity(), peer.identity() + " was enrolled again after a loss");
            }
            authority.enrolled(new EnrolledPeer(
                    peer.identity(), peer.keyId(), "", peer.attestation().orElseThrow()));
            return true;
        }
        if (!has && peer.ended().equals("revoked") && !before.isEmpty()) {
            authority.revoke(peer.identity(), "revoked where it was provisioned");
            return true;
        }
        return false;
    }

    private void begin() {
        if (closed) {
            return;
        }
        try {
            reconcile();
            resumeRevocations();
            membership.start();
            tellRevocations();
        } catch (EnclaveUnavailable | StorageException e) {
            later(this::begin, RETRY_MILLIS);
        }
    }

    /** Revocations that were ordered before this server died last. */
    private void resumeRevocations() {
        database.query(
                        "select r.identity, r.reason from revocation r join member m on m.identity = r.identity"
                                + " where m.revoked = 0",
                        r -> new String[] {r.getString(1), r.getString(2)})
                .forEach(r -> authority.revoke(r[0], r[1]));
    }

    /** Tells each MEF of each revocation until it knows; a MAF learns it from its MEF. */
    private void tellRevocations() {
        if (closed) {
            return;
        }
        try {
            List<String[]> owed =
                    database.query("select identity, reason from revocation where told = 0 order by at", r ->
                            new String[] {r.getString(1), r.getString(2)});
            if (owed.isEmpty()) {
                return;
            }
            Optional<FunctionAccess> mef = enclave.functions().stream()
                    .filter(f -> f.kind().equals("MEF"))
                    .findFirst();
            owed.forEach(r -> mef.ifPresentOrElse(f -> tell(f, r[0], r[1]), () -> told(r[0])));
        } catch (EnclaveUnavailable | StorageException e) {
            later(this::tellRevocations, RETRY_MILLIS);
        }
    }

    private void tell(FunctionAccess mef, String identity, String reason) {
        ProvisioningLine line = ProvisioningLine.open(
                enclave,
                mef.fqdn(),
                ExchangeGoal.revoke(identity, reason),
                Optional.empty(),
                URI.create(mef.uri()),
                calls);
        line.result()
                .whenCompleteAsync(
                        (result, failure) -> {
                            line.close();
                            if (result != null && (result.good() || result.status() == 4004)) {
                                told(identity);
                                audit.append("revocation.told", identity + " to " + mef.fqdn());
                            } else {
                                later(this::tellRevocations, RETRY_MILLIS);
                            }
                        },
                        calls);
    }

    private void told(String identity) {
        database.update("update revocation set told = 1 where identity = ?", identity);
    }

    private void later(Runnable task, long millis) {
        if (!closed && !timer.isShutdown()) {
            timer.schedule(() -> calls.execute(task), millis, TimeUnit.MILLISECONDS);
        }
    }
}
