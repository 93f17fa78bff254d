package org.sealpost.server.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.server.store.Database;

/**
 * The append-only record of every touch of a credential. Each entry's hash covers the one before; the enclave signs a checkpoint over the newest hash every so often. No entry holds a
 * secret. Thread-safe.
 */
public final class AuditLog {
    private static final int CHECKPOINT_EVERY = 16;
    private static final String GENESIS = "00".repeat(32);

    private final Database database;
    private final AuthorityKeys enclave;
    private final InstantSource clock;

    public AuditLog(Database database, AuthorityKeys enclave, InstantSource clock) {
        this.database = database;
        this.enclave = enclave;
        this.clock = clock;
    }

    /** An entry as it is stored; {@code at} in epoch seconds. */
    public record Entry(long sequence, long at, String kind, String body, String previous, String hash) {}

    /** Result of a verification: how many entries hold, and what is wrong with the first that does not. */
    public record Verdict(long entries, long checkpoints, Optional<String> fault) {}

    /** Appends an entry. */
    public void append(String kind, String body) {
        long sequence = database.transaction(() -> {
            Optional<Entry> last = last();
            long next = last.map(Entry::sequence).orElse(0L) + 1;
            long at = clock.instant().getEpochSecond();
            String previous = last.map(Entry::hash).orElse(GENESIS);
            database.update(
                    "insert into audit (seq, at, kind, body, prev, hash) values (?, ?, ?, ?, ?, ?)",
                    next,
                    at,
                    kind,
                    body,
                    previous,
                    hash(next, at, kind, body, previous));
            return next;
        });
        if (sequence % CHECKPOINT_EVERY == 0) {
            checkpoint();
        }
    }

    /** Signs the newest entry's hash. */
    public void checkpoint() {
        last().ifPresent(e -> database.update(
                "insert into checkpoint (seq, jws) values (?, ?) on conflict do nothing",
                e.sequence(),
                enclave.signCheckpoint(e.sequence(), HexFormat.of().parseHex(e.hash()))));
    }

    public List<Entry> entries() {
        return database.query(
                "select seq, at, kind, body, prev, hash from audit order by seq",
                r -> new Entry(
                        r.getLong(1), r.getLong(2), r.getString(3), r.getString(4), r.getString(5), r.getString(6)));
    }

    /** Walks the whole log: numbers without gap, hashes, chain, checkpoints. */
    public Verdict verify() {
        List<Entry> entries = entries();
        String previous = GENESIS;
        long expected = 1;
        for (Entry e : entries) {
            if (e.sequence() != expected) {
                return fault(expected, "entry " + expected + " is missing");
            }
            if (!e.previous().equals(previous)
                    || !e.hash().equals(hash(e.sequence(), e.at(), e.kind(), e.body(), e.previous()))) {
                return fault(expected, "entry " + expected + " was changed");
            }
            previous = e.hash();
            expected++;
        }
        return verifyCheckpoints(entries);
    }

    private Verdict verifyCheckpoints(List<Entry> entries) {
        record Signed(long sequence, String jws) {}
        List<Signed> all = database.query(
                "select seq, jws from checkpoint order by seq", r -> new Signed(r.getLong(1), r.getString(2)));
        for (Signed s : all) {
            if (s.sequence() > entries.size()) {
                return fault(
                        entries.size() + 1L,
                        "entries after " + entries.size() + " were removed: a checkpoint signed " + s.sequence());
            }
            byte[] head =
                    HexFormat.of().parseHex(entries.get((int) s.sequence() - 1).hash());
            if (!enclave.verifyCheckpoint(s.jws(), s.sequence(), head)) {
                return fault(s.sequence(), "the checkpoint at entry " + s.sequence() + " does not verify");
            }
        }
        return new Verdict(entries.size(), all.size(), Optional.empty());
    }

    private static Verdict fault(long at, String what) {
        return new Verdict(at - 1, 0, Optional.of(what));
    }

    private Optional<Entry> last() {
        return database.first(
                "select seq, at, kind, body, prev, hash from audit order by seq desc limit 1",
                r -> new Entry(
                        r.getLong(1), r.getLong(2), r.getString(3), r.getString(4), r.getString(5), r.getString(6)));
    }

    /** SHA-256 over previous hash | sequence (8 octets) | time (8) | length of kind (4) | kind | body. */
    private static String hash(long sequence, long at, String kind, String body, String previous) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(HexFormat.of().parseHex(previous));
            byte[] name = kind.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(20)
                    .putLong(sequence)
                    .putLong(at)
                    .putInt(name.length)
                    .array());
            digest.update(name);
            return HexFormat.of().formatHex(digest.digest(body.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the platform has no SHA-256", e);
        }
    }
}
