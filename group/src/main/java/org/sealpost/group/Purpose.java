package org.sealpost.group;

/** What a key of the server may sign: one use each. */
public enum Purpose {
    CREDENTIAL("credential"),
    COMMAND("command"),
    DELEGATION("delegation"),
    AUDIT("audit");

    private final String use;

    Purpose(String use) {
        this.use = use;
    }

    /** The value of {@code use} in a purpose certificate. */
    public String use() {
        return use;
    }
}
