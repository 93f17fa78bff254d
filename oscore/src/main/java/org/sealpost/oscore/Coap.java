package org.sealpost.oscore;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Numbers of CoAP that callers of this room write into a {@link CoapMessage} (RFC 7252 sections 12.1 and 12.2, RFC 8132). */
public final class Coap {
    public static final int GET = 0x01;
    public static final int POST = 0x02;
    public static final int DELETE = 0x04;
    public static final int FETCH = 0x05;
    public static final int CREATED = 0x41;
    public static final int DELETED = 0x42;
    public static final int CHANGED = 0x44;
    public static final int CONTENT = 0x45;

    public static final int LOCATION_PATH = 8;
    public static final int URI_PATH = 11;
    public static final int CONTENT_FORMAT = 12;

    private Coap() {}

    /**
     * A path as options, a segment each; the list is the caller's.
     *
     * @param number {@link #URI_PATH} or {@link #LOCATION_PATH}
     */
    public static List<CoapMessage.Option> path(int number, List<String> segments) {
        List<CoapMessage.Option> options = new ArrayList<>();
        for (String segment : segments) {
            options.add(new CoapMessage.Option(number, segment.getBytes(StandardCharsets.UTF_8)));
        }
        return options;
    }
}
