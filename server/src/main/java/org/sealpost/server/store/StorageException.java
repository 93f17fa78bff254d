package org.sealpost.server.store;

/** The database can't be used; the message says what to do. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
