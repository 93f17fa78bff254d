package org.sealpost.server.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sealpost.cse.StoreAdvice;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The server's SQLite database: one connection, one writer at a time; what a call wrote is on disk when it returns, or when its stage completes. Thread-safe. */
public final class Database implements AutoCloseable {
    private static final int MOST_TOGETHER = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Path file;
    private final Connection connection;

    /** Prepared statements that nobody uses just now, by their text; guarded by the lock. */
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private final Queue<Joined<?>> joined = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean writing = new AtomicBoolean();

    private Database(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Reads one row. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * Opens or creates the database and brings its schema up to date.
     *
     * @throws StorageException when it is damaged, read-only or the disk is full; says what to do
     */
    public static Database open(Path file) {
        try {
            SQLiteConfig config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setBusyTimeout(5000);
            SQLiteDataSource source = new SQLiteDataSource(config);
            source.setUrl("jdbc:sqlite:" + file);
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(source)
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
            return new Database(file, source.getConnection());
        } catch (SQLException | FlywayException e) {
            throw failed(file, e);
        }
    }

    /** Runs a statement; the number of rows it changed. */
    public int update(String sql, Object... values) {
        return with(sql, values, PreparedStatement::executeUpdate);
    }

    /** All rows of a query. */
    public <T> List<T> query(String sql, Reader<T> reader, Object... values) {
        return with(sql, values, statement -> {
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
            }
            return found;
        });
    }

    /** The first row of a query. */
    public <T> Optional<T> first(String sql, Reader<T> reader, Object... values) {
        return query(sql, reader, values).stream().findFirst();
    }

    /** Runs several statements as one. */
    public <T> T transaction(Supplier<T> work) {
        lock.lock();
        try {
            if (!connection.getAutoCommit()) {
                return work.get();
            }
            connection.setAutoCommit(false);
            try {
                T result = work.get();
                connection.commit();
                return result;
            } catch (RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failed(file, e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs work in one transaction with what others hand in meanwhile, so that all of it waits for the disk once. Each is undone alone when it throws.
     *
     * @return completes when it is on disk; fails with what the work threw, or with a {@link StorageException}
     */
    public <T> CompletionStage<T> together(Supplier<T> work) {
        Joined<T> mine = new Joined<>(work);
        joined.add(mine);
        // Who comes while somebody writes leaves it to that one.
        while (!joined.isEmpty() && writing.compareAndSet(false, true)) {
            try {
                writeTogether();
            } finally {
                writing.set(false);
            }
        }
        return mine.stage;
    }

    private void writeTogether() {
        List<Joined<?>> all = new ArrayList<>();
        for (Joined<?> next = joined.poll(); next != null; next = all.size() < MOST_TOGETHER ? joined.poll() : null) {
            all.add(next);
        }
        try {
            transaction(() -> {
                all.forEach(this::runAlone);
                return all;
            });
            all.forEach(Joined::end);
        } catch (RuntimeException failure) {
            all.forEach(j -> j.stage.completeExceptionally(failure));
        }
    }

    private void runAlone(Joined<?> one) {
        try {
            Savepoint before = connection.setSavepoint();
            if (one.run()) {
                connection.releaseSavepoint(before);
            } else {
                connection.rollback(before);
            }
        } catch (SQLException e) {
            throw failed(file, e);
        }
    }

    /** Work that shares a transaction. */
    private static final class Joined<T> {
        private final Supplier<T> work;
        private final CompletableFuture<T> stage = new CompletableFuture<>();
        private Runnable end = () -> {};

        Joined(Supplier<T> work) {
            this.work = work;
        }

        /** Whether it came to its end; what came of it is told by {@link #end}, after the commit. */
        boolean run() {
            try {
                T result = work.get();
                end = () -> stage.complete(result);
                return true;
            } catch (RuntimeException failure) {
                end = () -> stage.completeExceptionally(failure);
                return false;
            }
        }

        void end() {
            end.run();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(file, e);
        } finally {
            lock.unlock();
        }
    }

    @FunctionalInterface
    private interface Use<T> {
        T of(PreparedStatement statement) throws SQLException;
    }

    private <T> T with(String sql, Object[] values, Use<T> use) {
        lock.lock();
        try {
            Optional<PreparedStatement> known = Optional.ofNullable(statements.remove(sql));
            PreparedStatement statement = known.isPresent() ? known.get() : connection.prepareStatement(sql);
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            T result = use.of(statement);
            Optional.ofNullable(statements.put(sql, statement)).ifPresent(Database::discard);
            return result;
        } catch (SQLException e) {
            throw failed(file, e);
        } finally {
            lock.unlock();
        }
    }

    /** One that a query within the same query used meanwhile. */
    private static void discard(PreparedStatement statement) {
        try {
            statement.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a statement can't be closed", e);
        }
    }

    private static StorageException failed(Path file, Exception e) {
        return new StorageException(StoreAdvice.of(file, e, "restore it from a backup"), e);
    }
}
