package org.sealpost.onem2m;

import java.util.Optional;

/** Resource types that Sealpost hosts: number, short name (TS-0004 6.3.4.2.1, 8.2.4). */
public enum ResourceType {
    ACCESS_CONTROL_POLICY(1, "acp"),
    AE(2, "ae"),
    CONTAINER(3, "cnt"),
    CONTENT_INSTANCE(4, "cin"),
    CSE_BASE(5, "cb"),
    GROUP(9, "grp"),
    POLLING_CHANNEL(15, "pch"),
    REMOTE_CSE(16, "csr"),
    SUBSCRIPTION(23, "sub");

    private final int code;
    private final String shortName;

    ResourceType(int code, String shortName) {
        this.code = code;
        this.shortName = shortName;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The short name without prefix, such as {@code cin}. */
    public String shortName() {
        return shortName;
    }

    /** The name of a Content of this type, such as {@code m2m:cin}. */
    public String contentName() {
        return "m2m:" + shortName;
    }

    /** The type with a number, if Sealpost hosts it. */
    public static Optional<ResourceType> of(int code) {
        for (ResourceType type : values()) {
            if (type.code == code) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
