package org.sealpost.binding.internal;

import org.sealpost.onem2m.Identifier;

/** The {@code to} parameter as a path and back: {@code /x}, {@code /~/cse/x}, {@code /_/domain/cse/x} (TS-0008 6.2.2.3, TS-0009 6.2.2.1). */
final class Paths {
    private Paths() {}

    static String path(String to) {
        return switch (new Identifier(to).scope()) {
            case CSE_RELATIVE -> "/" + to;
            case SP_RELATIVE -> "/~" + to;
            case ABSOLUTE -> "/_" + to.substring(1);
        };
    }

    static String to(String path) {
        if (path.startsWith("/~/")) {
            return new Identifier(path.substring(2)).text();
        }
        if (path.startsWith("/_/")) {
            return new Identifier("/" + path.substring(2)).text();
        }
        return new Identifier(path.startsWith("/") ? path.substring(1) : path).text();
    }
}
