package org.sealpost.server;

import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.sealpost.enclave.MemberKeys;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.store.Database;

/** What members send up, opened by the enclave; one row for each, however often the courier brings it. */
final class Readings {
    private final Database database;
    private final MemberKeys enclave;
    private final InstantSource clock;
    private final LongAdder refused = new LongAdder();
    private final LongAdder conflicting = new LongAdder();

    Readings(Database database, MemberKeys enclave, InstantSource clock) {
        this.database = database;
        this.enclave = enclave;
        this.clock = clock;
    }

    /** A row as the operator sees it; {@code at} in epoch seconds. */
    record Row(String member, String group, long epoch, long counter, String content, long at) {}

    void arrived(String envelope) {
        try {
            MemberKeys.Reading r = enclave.openReading(envelope);
            int stored = database.update(
                    "insert into reading (member, grp, epoch, counter, content, at) values (?, ?, ?, ?, ?, ?) on conflict do nothing",
                    r.sender(),
                    r.group(),
                    r.epoch(),
                    r.counter(),
                    r.reading(),
                    clock.instant().getEpochSecond());
            if (stored == 0 && !Arrays.equals(stored(r), r.reading())) {
                conflicting.increment();
            }
        } catch (Refusal refusal) {
            refused.increment();
        }
    }

    private byte[] stored(MemberKeys.Reading r) {
        return database.first(
                        "select content from reading where member = ? and grp = ? and epoch = ? and counter = ?",
                        row -> row.getBytes(1),
                        r.sender(),
                        r.group(),
                        r.epoch(),
                        r.counter())
                .orElse(new byte[0]);
    }

    /** Readings that bear the number of another one with other content: their sender's state went back. They are not stored. */
    long conflicting() {
        return conflicting.sum();
    }

    long refused() {
        return refused.sum();
    }

    /** How many readings of a group there are, by member. */
    Map<String, Long> counts(String group) {
        return database
                .query(
                        "select member, count(*) from reading where grp = ? group by member",
                        r -> Map.entry(r.getString(1), r.getLong(2)),
                        group)
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    List<Row> newest(int most) {
        return database.query(
                "select member, grp, epoch, counter, content, at from reading order by rowid desc limit ?",
                r -> new Row(
                        r.getString(1),
                        r.getString(2),
                        r.getLong(3),
                        r.getLong(4),
                        new String(r.getBytes(5), java.nio.charset.StandardCharsets.UTF_8),
                        r.getLong(6)),
                most);
    }
}
