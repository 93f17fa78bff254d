package org.sealpost.server.fleet;

import java.util.List;

/** A fleet file with mistakes; the message holds one line for each. */
public final class FleetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FleetException(List<String> mistakes) {
        super(String.join("\n", mistakes));
    }
}
