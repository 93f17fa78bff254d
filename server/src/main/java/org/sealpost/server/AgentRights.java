package org.sealpost.server;

import java.util.List;
import java.util.function.Consumer;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.store.Database;

/**
 * Takes an agent's delegations for a group away while it stays a member, and gives them back. Decided in the database; the epoch that ends the delegations at members is owed until it is drawn, and what a crash
 * of server or enclave leaves undone is done by {@link #tend}. Thread-safe.
 */
final class AgentRights {
    /** In {@code membership.barred}, beside 0 (may command): revoked, and the epoch that says so is still to be drawn; revoked. */
    private static final int REVOKING = -1;

    private static final int REVOKED = 1;

    private final Database database;
    private final AuthorityKeys enclave;
    private final GroupAuthority authority;
    private final AuditLog audit;
    private final Consumer<String> changed;

    /** What the database says is not known to be in the enclave: since the start, or because the enclave died during a call. */
    private volatile boolean unsure = true;

    private record Row(String group, String agent, int barred) {}

    /** @param changed told of a group in which an agent may get delegations again */
    AgentRights(
            Database database,
            AuthorityKeys enclave,
            GroupAuthority authority,
            AuditLog audit,
            Consumer<String> changed) {
        this.database = database;
        this.enclave = enclave;
        this.authority = authority;
        this.audit = audit;
        this.changed = changed;
    }

    /**
     * Ends an agent's delegations for a group: it gets none any more, and members refuse those that it has as soon as they know the epoch that this draws.
     *
     * @throws Refusal 4004 when it is no agent that may command the group
     */
    EpochFacts revoke(String group, String agent, String reason) {
        change(
                "update membership set barred = " + REVOKING + " where grp = ? and identity = ? and active = 1"
                        + " and barred = 0 and identity in (select identity from member where role = 'AGENT')",
                group,
                agent,
                agent + " is no agent that may command that group",
                "delegation.revoked",
                reason);
        finish();
        return enclave.currentEpoch(group)
                .orElseThrow(
                        () -> new Refusal(
                                ResponseStatus.NOT_FOUND,
                                "the group has no epoch yet: its agents get no delegation before it has one, and this one none then"));
    }

    /**
     * Lets an agent command again. It gets a delegation at once; no epoch is drawn for it.
     *
     * @throws Refusal 4004 when its delegations were not revoked
     */
    EpochFacts delegate(String group, String agent, String reason) {
        change(
                "update membership set barred = 0 where grp = ? and identity = ? and barred <> 0",
                group,
                agent,
                "the delegations of " + agent + " for that group were not revoked",
                "delegation.allowed",
                reason);
        bar(new Row(group, agent, 0));
        changed.accept(group);
        return enclave.currentEpoch(group)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND,
                        "the group has no epoch yet: that agent gets its delegation with the first"));
    }

    /** Agents of a group whose delegations are revoked. */
    List<String> revoked(String group) {
        return database.query(
                "select identity from membership where grp = ? and barred <> 0 order by identity",
                r -> r.getString(1),
                group);
    }

    /**
     * Does what is owed. To be called every second or so.
     *
     * @throws EnclaveUnavailable when the enclave is away; the next call does it
     */
    void tend() {
        if (unsure) {
            agents().forEach(this::bar);
            unsure = false;
            finish();
        }
    }

    private void finish() {
        for (Row owed : agents().stream().filter(r -> r.barred() == REVOKING).toList()) {
            bar(owed);
            try {
                authority.rotate(owed.group(), "delegations of " + owed.agent() + " revoked");
            } catch (EnclaveUnavailable e) {
                unsure = true;
                throw e;
            }
            database.update(
                    "update membership set barred = " + REVOKED + " where grp = ? and identity = ? and barred = "
                            + REVOKING,
                    owed.group(),
                    owed.agent());
        }
    }

    private void bar(Row row) {
        try {
            enclave.bar(row.group(), row.agent(), row.barred() != 0);
        } catch (EnclaveUnavailable e) {
            unsure = true;
            throw e;
        }
    }

    private List<Row> agents() {
        return database.query(
                "select s.grp, s.identity, s.barred from membership s join member m on m.identity = s.identity"
                        + " where m.role = 'AGENT' order by s.grp, s.identity",
                r -> new Row(r.getString(1), r.getString(2), r.getInt(3)));
    }

    private void change(String sql, String group, String agent, String otherwise, String kind, String reason) {
        database.transaction(() -> {
            int rows = database.update(sql, group, agent);
            if (rows == 0) {
                throw new Refusal(ResponseStatus.NOT_FOUND, otherwise);
            }
            audit.append(kind, agent + " in " + group + ": " + reason);
            return rows;
        });
    }
}
