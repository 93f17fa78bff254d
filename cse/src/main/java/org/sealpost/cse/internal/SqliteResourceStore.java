package org.sealpost.cse.internal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.sealpost.cse.ResourceStore;
import org.sealpost.cse.StoreAdvice;
import org.sealpost.cse.StoreException;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.ObjectNode;

/**
 * A CSE's resources and its courier's load in one SQLite database. Used under the CSE's lock by one thread at a time. What a transaction wrote survives kill -9 of the
 * process (write-ahead log).
 */
public final class SqliteResourceStore implements ResourceStore {
    private static final int VERSION = 1;
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);

    private final String where;
    private final Connection connection;
    private final List<Runnable> afterCommit = new ArrayList<>();
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private SqliteResourceStore(String where, Connection connection) {
        this.where = where;
        this.connection = connection;
    }

    /** See {@link ResourceStore#file}. */
    public static ResourceStore open(Path database) {
        return open(database.toString(), "jdbc:sqlite:" + database);
    }

    /** See {@link ResourceStore#memory}. */
    public static ResourceStore memory() {
        return open("memory", "jdbc:sqlite::memory:");
    }

    private static ResourceStore open(String where, String url) {
        try {
            SqliteResourceStore store = new SqliteResourceStore(where, DriverManager.getConnection(url));
            store.prepare();
            return store;
        } catch (SQLException e) {
            throw failed(where, e);
        }
    }

    /** An entry of the courier: what to send, and what to do with the answer. */
    record Item(long sequence, String target, String request, long expires, String replyTo, String replyFor) {}

    List<Resource> resources() {
        List<Resource> found = new ArrayList<>();
        try (Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("select ri, pi, rn, ty, body from resource order by seq")) {
            while (r.next()) {
                ObjectNode body = (ObjectNode) JSON.decodeTree(r.getBytes(5));
                found.add(new Resource(
                        r.getString(1),
                        r.getString(2),
                        r.getString(3),
                        ResourceType.of(r.getInt(4)).orElseThrow(),
                        body));
            }
            return found;
        } catch (SQLException e) {
            throw failed(where, e);
        }
    }

    void put(Resource resource) {
        update(
                "insert into resource (ri, pi, rn, ty, body) values (?, ?, ?, ?, ?)"
                        + " on conflict (ri) do update set body = excluded.body",
                resource.id(),
                resource.parent(),
                resource.name(),
                resource.type().code(),
                JSON.encodeTree(resource.attributes()));
    }

    void remove(String id) {
        update("delete from resource where ri = ?", id);
    }

    List<Item> items() {
        List<Item> found = new ArrayList<>();
        try (Statement s = connection.createStatement();
                ResultSet r = s.executeQuery(
                        "select seq, target, request, expires, reply_to, reply_for from courier order by seq")) {
            while (r.next()) {
                found.add(new Item(
                        r.getLong(1), r.getString(2), r.getString(3), r.getLong(4), r.getString(5), r.getString(6)));
            }
            return found;
        } catch (SQLException e) {
            throw failed(where, e);
        }
    }

    /** Adds an entry; its sequence number is given by the store. */
    Item add(String target, String request, long expires, String replyTo, String replyFor) {
        update(
                "insert into courier (target, request, expires, reply_to, reply_for) values (?, ?, ?, ?, ?)",
                target,
                request,
                expires,
                replyTo,
                replyFor);
        try (Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("select last_insert_rowid()")) {
            r.next();
            return new Item(r.getLong(1), target, request, expires, replyTo, replyFor);
        } catch (SQLException e) {
            throw failed(where, e);
        }
    }

    void removeItem(long sequence) {
        update("delete from courier where seq = ?", sequence);
    }

    /** Runs changes as one: all of them are in the database afterwards, or none. Within another transaction they get there with that one, and are undone alone when they throw. */
    <T> T transaction(Supplier<T> changes) {
        try {
            if (!connection.getAutoCommit()) {
                return within(changes);
            }
            connection.setAutoCommit(false);
            try {
                T result = changes.get();
                connection.commit();
                List.copyOf(afterCommit).forEach(Runnable::run);
                return result;
            } catch (RuntimeException | SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                afterCommit.clear();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failed(where, e);
        }
    }

    private <T> T within(Supplier<T> changes) throws SQLException {
        Savepoint before = connection.setSavepoint();
        int effects = afterCommit.size();
        try {
            T result = changes.get();
            connection.releaseSavepoint(before);
            return result;
        } catch (RuntimeException e) {
            connection.rollback(before);
            afterCommit.subList(effects, afterCommit.size()).clear();
            throw e;
        }
    }

    /** Runs something once the current transaction is on disk, and not at all if it does not get there. */
    void afterCommit(Runnable effect) {
        afterCommit.add(effect);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(where, e);
        }
    }

    private void prepare() throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute("pragma busy_timeout = 5000");
            s.execute("pragma journal_mode = wal");
            s.execute("pragma synchronous = normal");
            int version;
            try (ResultSet r = s.executeQuery("pragma user_version")) {
                r.next();
                version = r.getInt(1);
            }
            if (version > VERSION) {
                throw new StoreException(
                        where + " was written by a newer version: use that one",
                        new SQLException("user_version " + version));
            }
            s.execute(
                    "create table if not exists resource (seq integer primary key autoincrement, ri text not null unique,"
                            + " pi text not null, rn text not null, ty integer not null, body blob not null)");
            s.execute(
                    "create table if not exists courier (seq integer primary key autoincrement, target text not null,"
                            + " request text not null, expires integer not null, reply_to text not null, reply_for text not null)");
            s.execute("pragma user_version = " + VERSION);
        }
    }

    private void update(String sql, Object... values) {
        try {
            PreparedStatement s = prepared(sql);
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            s.executeUpdate();
        } catch (SQLException e) {
            throw failed(where, e);
        }
    }

    /** A statement, prepared once; they are few, and end with the connection. */
    private PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            statements.put(sql, known);
        }
        return known;
    }

    private static StoreException failed(String where, SQLException e) {
        String sentence = StoreAdvice.of(Path.of(where), e, "restore it from a backup, or remove it and start anew");
        return new StoreException(sentence, e);
    }
}
