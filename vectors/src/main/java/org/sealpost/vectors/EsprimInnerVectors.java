package org.sealpost.vectors;

/** Who may speak inside an ESPrim Object. */
final class EsprimInnerVectors {
    private final Sheet sheet = new Sheet(
                    "ESPrim",
                    "docs/vectors.md",
                    "The originator of an inner request against the identity of the pairwise key (TS-0003 7.2.2, TS-0004 table 7.6.2-1).")
            .note("Own", "The identity of the key, in one of its spellings.")
            .note("Impersonation", "Another identity, or none.")
            .note("Malformed", "No request primitive.");

    private EsprimInnerVectors() {}

    static byte[] make() {
        EsprimInnerVectors made = new EsprimInnerVectors();
        made.device();
        made.server();
        return made.sheet.print();
    }

    private void device() {
        String peer = "//sealpost.example/gw-north/Cdoor-1";
        Sheet.Group g = sheet.group("EsprimInner").put("peer", peer);
        own(g, "SP-relative", "/gw-north/Cdoor-1", peer);
        own(g, "absolute", peer, peer);
        own(g, "stem alone, relative to the CSE of the key's identity", "Cdoor-1", peer);
        stranger(g, "another device of the same gateway", "/gw-north/Cdoor-2");
        stranger(g, "the same stem at another gateway", "/gw-south/Cdoor-1");
        stranger(g, "the gateway", "/gw-north");
        stranger(g, "the server", "/in-cse");
        stranger(g, "the same path in another domain", "//sealpost.test/gw-north/Cdoor-1");
        stranger(g, "another case", "/gw-north/cdoor-1");
        stranger(g, "a resource below it", "/gw-north/Cdoor-1/cmd");
        g.invalid(4116, "Impersonation", "no originator")
                .put("inner", "{\"op\":2,\"to\":\"/in-cse\",\"rqi\":\"1\",\"rvi\":\"3\"}");
        malformed(g, "an empty originator", request(""));
        malformed(g, "an originator with an empty segment", request("/gw-north//Cdoor-1"));
        malformed(g, "an originator that climbs", request("/gw-north/../Cdoor-1"));
        malformed(g, "an originator with a blank", request("/gw-north/Cdoor-1 "));
        malformed(g, "an originator as a number", request("x").replace("\"x\"", "1"));
        malformed(g, "no JSON", "op=2");
        malformed(g, "a response", "{\"rsc\":2000,\"rqi\":\"1\",\"rvi\":\"3\"}");
        malformed(g, "a member twice", request("/gw-north/Cdoor-1").replace("}", ",\"fr\":\"/gw-north/Cdoor-1\"}"));
        malformed(g, "a member that nobody knows", request("/gw-north/Cdoor-1").replace("}", ",\"key\":\"x\"}"));
        malformed(
                g,
                "an operation that there is not",
                request("/gw-north/Cdoor-1").replace("\"op\":2", "\"op\":9"));
        malformed(g, "no request identifier", request("/gw-north/Cdoor-1").replace("\"rqi\":\"1\",", ""));
        malformed(g, "no target", request("/gw-north/Cdoor-1").replace("\"to\":\"/in-cse/cse-in\",", ""));
    }

    private void server() {
        String peer = "//sealpost.example/in-cse";
        Sheet.Group g = sheet.group("EsprimInner").put("peer", peer);
        own(g, "SP-relative", "/in-cse", peer);
        own(g, "absolute", peer, peer);
        stranger(g, "an AE of the server", "/in-cse/Cadmin");
        stranger(g, "a stem", "in-cse");
        stranger(g, "a CSE whose name begins alike", "/in-cse-2");
    }

    private static void own(Sheet.Group g, String comment, String from, String absolute) {
        g.valid("Own", comment).put("inner", request(from)).put("from", absolute);
    }

    private static void stranger(Sheet.Group g, String comment, String from) {
        g.invalid(4116, "Impersonation", comment).put("inner", request(from));
    }

    private static void malformed(Sheet.Group g, String comment, String inner) {
        g.invalid(4000, "Malformed", comment).put("inner", inner);
    }

    private static String request(String from) {
        return "{\"op\":2,\"to\":\"/in-cse/cse-in\",\"fr\":\"" + from + "\",\"rqi\":\"1\",\"rvi\":\"3\"}";
    }
}
