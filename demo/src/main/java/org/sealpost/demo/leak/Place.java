package org.sealpost.demo.leak;

/** A kind of place where an attacker at the gateway, or an end node's own application, could look. */
public enum Place {
    HOP("captured bytes of the hops"),
    GATEWAY_FILE("files and logs of the gateways"),
    GATEWAY_HEAP("heap dumps of the gateways"),
    SERVER_FILE("files and logs of the server application"),
    SERVER_HEAP("heap dump of the server application"),
    AGENT_FILE("files and logs of the agent applications"),
    AGENT_HEAP("heap dumps of the agent applications"),
    DEVICE_FILE("files and logs of the device applications"),
    DEVICE_HEAP("heap dumps of the device applications");

    private final String words;

    Place(String words) {
        this.words = words;
    }

    /** For the transcript. */
    public String words() {
        return words;
    }
}
