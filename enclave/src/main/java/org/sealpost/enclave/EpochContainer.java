package org.sealpost.enclave;

import org.sealpost.onem2m.Identifier;

/** Where the blocks of a group lie at a gateway, and how they are marked there ({@code docs/protocol.md} section 3b): for the server that puts them there, and for members that look. */
public final class EpochContainer {
    /** The type of what is published; its octets are base64. */
    public static final String CONTENT_INFO = "application/vnd.sealpost.epoch+cbor:2";

    /** The type of a member's report that it holds another block of a number than the one it shows. */
    public static final String CONFLICT = "application/vnd.sealpost.epoch-conflict+cbor:2";

    private static final String PREFIX = "epochs-";

    private EpochContainer() {}

    /** The container's name below the gateway's base; of a group's absolute identifier. */
    public static String name(String group) {
        return PREFIX + new Identifier(group).lastSegment();
    }

    /** The container's SP-relative path at a gateway. */
    public static String at(String gateway, String group) {
        return "/" + gateway + "/cse-mn/" + name(group);
    }

    /** Whether a subscription's path is of such a container. */
    public static boolean holds(String subscription) {
        return subscription.contains("/" + PREFIX);
    }
}
