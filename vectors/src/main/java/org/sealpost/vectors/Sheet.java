package org.sealpost.vectors;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A vector file while it is written: header, notes on flags, groups and numbered tests, in the form of Wycheproof's files. Not thread-safe. */
final class Sheet {
    private final ObjectNode root = Json.object();
    private final ObjectNode notes = Json.object();
    private final ArrayNode groups = root.arrayNode();
    private final List<Test> tests = new ArrayList<>();

    Sheet(String algorithm, String schema, String... header) {
        root.put("algorithm", algorithm).put("schema", schema).put("numberOfTests", 0);
        ArrayNode lines = root.putArray("header");
        for (String line : header) {
            lines.add(line);
        }
        root.set("notes", notes);
        root.set("testGroups", groups);
    }

    /** What a flag says. */
    Sheet note(String flag, String description) {
        notes.putObject(flag).put("description", description);
        return this;
    }

    /** Begins a group. */
    Group group(String type) {
        ObjectNode node = groups.addObject();
        node.put("type", type);
        node.putObject("source").put("name", "sealpost").put("version", "1");
        return new Group(node, node.arrayNode());
    }

    /** The finished file. */
    byte[] print() {
        root.put("numberOfTests", tests.size());
        tests.forEach(Test::finish);
        return Json.print(root);
    }

    /** A group; {@link #put} first, tests afterwards. */
    final class Group {
        private final ObjectNode node;
        private final ArrayNode list;

        private Group(ObjectNode node, ArrayNode list) {
            this.node = node;
            this.list = list;
        }

        Group put(String name, String value) {
            node.put(name, value);
            return this;
        }

        Group put(String name, List<String> values) {
            ArrayNode array = node.putArray(name);
            values.forEach(array::add);
            return this;
        }

        /** A list of objects that the tests share. */
        ArrayNode objects(String name) {
            return node.putArray(name);
        }

        /** Adds an object to a list that the tests share. */
        Group objects(String name, java.util.function.Consumer<ObjectNode> fill) {
            ArrayNode array = node.has(name) ? (ArrayNode) node.get(name) : node.putArray(name);
            fill.accept(array.addObject());
            return this;
        }

        /** A test that has to succeed with the outputs put into it. */
        Test valid(String flag, String comment) {
            return test(flag, comment, "valid", 2000);
        }

        /** A test that has to be refused with this status. */
        Test invalid(int status, String flag, String comment) {
            return test(flag, comment, "invalid", status);
        }

        private Test test(String flag, String comment, String result, int status) {
            if (!notes.has(flag)) {
                throw new IllegalArgumentException("a flag without a note: " + flag);
            }
            if (!node.has("tests")) {
                node.set("tests", list);
            }
            ObjectNode test = list.addObject();
            tests.add(new Test(test, result, status));
            test.put("tcId", tests.size()).put("comment", comment);
            test.putArray("flags").add(flag);
            return tests.get(tests.size() - 1);
        }
    }

    /** A test, while its inputs and outputs are put. */
    static final class Test {
        private final ObjectNode node;
        private final String result;
        private final int status;

        private Test(ObjectNode node, String result, int status) {
            this.node = node;
            this.result = result;
            this.status = status;
        }

        Test put(String name, String value) {
            node.put(name, value);
            return this;
        }

        Test put(String name, byte[] value) {
            node.put(name, Json.hex(value));
            return this;
        }

        Test put(String name, List<String> values) {
            ArrayNode array = node.putArray(name);
            values.forEach(array::add);
            return this;
        }

        private void finish() {
            node.put("result", result).put("status", status);
        }
    }
}
