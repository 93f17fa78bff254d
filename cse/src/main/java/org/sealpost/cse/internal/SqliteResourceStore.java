package org.sealpost.cse.internal;

import java.nio.file.Path;
import org.sealpost.cse.ResourceStore;

public final class SqliteResourceStore implements ResourceStore {
    public static ResourceStore open(Path database) {
        throw new IllegalStateException("under construction");
    }

    public static ResourceStore memory() {
        throw new IllegalStateException("under construction");
    }

    @Override
    public void close() {}
}
