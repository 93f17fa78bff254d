package org.sealpost.server.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sealpost.cse.StoreAdvice;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The server's SQLite database: one connection, one writer at a time; what a call wrote is on disk when it returns. Thread-safe. */
public final class Database implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Path file;
    private final Connection connection;

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
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return use.of(statement);
        } catch (SQLException e) {
            throw failed(file, e);
        } finally {
            lock.unlock();
        }
    }

    private static StorageException failed(Path file, Exception e) {
        return new StorageException(StoreAdvice.of(file, e, "restore it from a backup"), e);
    }
}
