package org.sealpost.cse;

import java.nio.file.Path;

/** Where a CSE keeps its resources and its courier's load. Opened by name, used by the CSE only. */
public interface ResourceStore extends AutoCloseable {
    /**
     * A store in one SQLite file, created when absent.
     *
     * @throws org.sealpost.cse.StoreException when the file is damaged, read-only or the disk is full; the message says what to do
     */
    static ResourceStore file(Path database) {
        return org.sealpost.cse.internal.SqliteResourceStore.open(database);
    }

    /** A store that lives and dies with the process, for tests and simulation. */
    static ResourceStore memory() {
        return org.sealpost.cse.internal.SqliteResourceStore.memory();
    }

    @Override
    void close();
}
