package org.sealpost.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sealpost.onem2m.Refusal;
import org.sealpost.oscore.OscoreFailure;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Holds this implementation against a vector file. Pure. */
final class Verifier {
    /**
     * What came of a file.
     *
     * @param tests how many were tried
     * @param failures one sentence each, beginning with the {@code tcId}
     */
    record Result(int tests, List<String> failures) {
        Result {
            failures = List.copyOf(failures);
        }
    }

    private Verifier() {}

    /** Tries every test of a file; a file that is none fails with one sentence. */
    static Result verify(byte[] file) {
        List<String> failures = new ArrayList<>();
        int tests = 0;
        try {
            JsonNode root = Json.read(file);
            for (JsonNode group : root.path("testGroups")) {
                Kind kind = Kind.of(Json.text(group, "type")).orElse(null);
                for (JsonNode test : group.path("tests")) {
                    tests++;
                    String why = kind == null
                            ? "this version knows no tests of type " + Json.text(group, "type")
                            : failure(kind, group, test);
                    if (!why.isEmpty()) {
                        failures.add("tcId " + test.path("tcId").asInt(0) + " ("
                                + test.path("comment").asString("") + "): " + why);
                    }
                }
            }
            if (tests == 0 || root.path("numberOfTests").asInt(-1) != tests) {
                failures.add("the file holds " + tests + " tests, not the number it names");
            }
        } catch (JacksonException | BadVector e) {
            failures.add("this is no vector file: " + (e instanceof BadVector ? e.getMessage() : "not JSON"));
        }
        return new Result(tests, failures);
    }

    /** Empty when the test came out as it says. */
    private static String failure(Kind kind, JsonNode group, JsonNode test) {
        try {
            String result = Json.text(test, "result");
            int status = test.path("status").asInt(0);
            Map<String, String> outputs;
            try {
                outputs = kind.run(group, test);
            } catch (Refusal refusal) {
                return refused(result, refusal.status().code(), status, refusal.sentence());
            } catch (OscoreFailure failure) {
                int code = failure.reason().code();
                return refused(
                        result, (code >>> 5) * 100 + (code & 0x1f), status, String.valueOf(failure.getMessage()));
            }
            return result.equals("invalid") ? "accepted, has to be refused with " + status : difference(outputs, test);
        } catch (BadVector e) {
            return e.getMessage() == null ? "a bad vector" : e.getMessage();
        }
    }

    private static String refused(String result, int with, int status, String sentence) {
        if (result.equals("valid")) {
            return "refused with " + with + " (" + sentence + "), has to be accepted";
        }
        return with == status ? "" : "refused with " + with + ", has to be " + status;
    }

    private static String difference(Map<String, String> outputs, JsonNode test) {
        for (Map.Entry<String, String> output : outputs.entrySet()) {
            if (!Json.text(test, output.getKey()).equals(output.getValue())) {
                return output.getKey() + " is " + output.getValue();
            }
        }
        return outputs.isEmpty() ? "the test has no output" : "";
    }
}
