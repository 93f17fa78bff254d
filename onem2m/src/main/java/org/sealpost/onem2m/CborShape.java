package org.sealpost.onem2m;

/**
 * Walks a CBOR item before a parser sees it and refuses the forms that TS-0004 8.5 has no use for: indefinite lengths, byte
 * strings, tags, map keys that are not text, text that is not UTF-8, reserved values, and anything after the item.
 */
final class CborShape {
    private static final int TEXT = 3;
    private static final int MAP = 5;

    private final byte[] octets;
    private int at;

    private CborShape(byte[] octets) {
        this.octets = octets;
    }

    static void check(byte[] octets) {
        CborShape shape = new CborShape(octets);
        shape.item(0, false);
        if (shape.at != octets.length) {
            throw refused("something follows its end");
        }
    }

    private void item(int depth, boolean key) {
        if (depth > PrimitiveCodec.MAX_DEPTH) {
            throw refused("it is nested deeper than " + PrimitiveCodec.MAX_DEPTH);
        }
        int head = next();
        int major = head >> 5;
        int info = head & 31;
        if (key && major != TEXT) {
            throw refused("a map key is not a text string");
        }
        switch (major) {
            case 0, 1 -> argument(info);
            case TEXT -> text(argument(info));
            case 4 -> items(argument(info), depth, false);
            case MAP -> items(argument(info), depth, true);
            case 7 -> simple(info);
            default -> throw refused("byte strings and tags are not used");
        }
    }

    private void items(long count, int depth, boolean map) {
        if (count < 0 || count > octets.length - at) {
            throw refused("it is cut off");
        }
        for (long i = 0; i < count; i++) {
            if (map) {
                item(depth + 1, true);
            }
            item(depth + 1, false);
        }
    }

    private void simple(int info) {
        switch (info) {
            case 20, 21, 22 -> {}
            case 25 -> skip(2);
            case 26 -> skip(4);
            case 27 -> skip(8);
            default -> throw refused("a simple value is not true, false, null or a number");
        }
    }

    private long argument(int info) {
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            throw refused("an indefinite or reserved length is not used");
        }
        long value = 0;
        for (int i = 0; i < 1 << (info - 24); i++) {
            value = value << 8 | next();
        }
        return value;
    }

    private void text(long length) {
        int from = at;
        skip(length);
        if (!Utf8.is(octets, from, at - from)) {
            throw refused("a text is not UTF-8");
        }
    }

    private void skip(long count) {
        if (count < 0 || count > octets.length - at) {
            throw refused("it is cut off");
        }
        at += (int) count;
    }

    private int next() {
        if (at >= octets.length) {
            throw refused("it is cut off");
        }
        return octets[at++] & 0xff;
    }

    private static Refusal refused(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "the CBOR document is refused: " + why);
    }
}
