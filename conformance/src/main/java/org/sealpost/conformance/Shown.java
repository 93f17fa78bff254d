package org.sealpost.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A test that says which row it shows, by {@code @Tag("E-04")} on its method; {@code mvn test -Dgroups=E-04} runs the tests of a row.
 *
 * @param row its id
 * @param test {@code Class.method}
 * @param file below the project's folder
 */
record Shown(String row, String test, String file) {
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"((?:E|S|G|D|SE|B)-\\d+)\"\\)");
    private static final Pattern TEST = Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory)\\b");
    private static final Pattern METHOD = Pattern.compile("\\bvoid\\s+(\\w+)\\s*\\(|\\bStream<[^>]*>\\s+(\\w+)\\s*\\(");

    /**
     * All of them, in the order of files and lines.
     *
     * @throws IllegalArgumentException when a tag of a row does not stand on a test method
     */
    static List<Shown> scan(Path root) throws IOException {
        List<Path> files;
        try (Stream<Path> rooms = Files.list(root)) {
            List<Path> tests = rooms.map(r -> r.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
            files = new ArrayList<>();
            for (Path folder : tests) {
                try (Stream<Path> sources = Files.walk(folder)) {
                    sources.filter(f -> f.toString().endsWith(".java")).sorted().forEach(files::add);
                }
            }
        }
        List<Shown> found = new ArrayList<>();
        for (Path file : files) {
            found.addAll(scan(root.relativize(file).toString(), Files.readString(file)));
        }
        return found;
    }

    /** Those of one source file. */
    static List<Shown> scan(String file, String source) {
        String type = file.substring(file.lastIndexOf('/') + 1).replace(".java", "");
        List<Shown> found = new ArrayList<>();
        Matcher tag = TAG.matcher(source);
        while (tag.find()) {
            Matcher method = METHOD.matcher(source);
            // Where the member before it ends: braces and semicolons inside of annotations do not stand at the end of
            // such lines.
            int begin = Math.max(
                    0, Math.max(source.lastIndexOf("\n    }\n", tag.start()), source.lastIndexOf(";\n", tag.start())));
            if (!method.find(tag.end())
                    || source.substring(tag.end(), method.start()).contains(" class ")
                    || !TEST.matcher(source.substring(begin, method.start())).find()) {
                throw new IllegalArgumentException(
                        file + ": the tag of row " + tag.group(1) + " does not stand on a test method");
            }
            String name = method.group(1) == null ? method.group(2) : method.group(1);
            found.add(new Shown(tag.group(1), type + "." + name, file));
        }
        return found;
    }
}
