package org.sealpost.vectors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A folder with a Python of its own and the packages of a peer, made once. */
final class PythonFolder {
    private static final String RESOURCES = "interop/";
    private static final String REQUIREMENTS = "requirements.txt";
    private static final long INSTALL_SECONDS = 300;
    private static final long QUESTION_SECONDS = 30;

    private PythonFolder() {}

    /** The peer can't be had; the message says what to do. */
    static final class Missing extends Exception {
        private static final long serialVersionUID = 1L;

        Missing(String why) {
            super(why);
        }
    }

    /**
     * The interpreter, with everything installed.
     *
     * @throws Missing without Python 3.11, or when the packages can't be installed
     */
    static Path prepare(Path work, String python) throws IOException, Missing {
        Files.createDirectories(work);
        byte[] wanted = resource(REQUIREMENTS);
        Path interpreter = work.resolve("venv/bin/python");
        Path stamp = work.resolve("installed");
        if (Files.isExecutable(interpreter)
                && Files.exists(stamp)
                && java.util.Arrays.equals(Files.readAllBytes(stamp), wanted)) {
            return interpreter;
        }
        String needs =
                "needs Python 3.11 or newer with venv: apt-get install python3 python3-venv, or name one with --python";
        if (run(work, QUESTION_SECONDS, python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))") != 0) {
            throw new Missing(needs);
        }
        System.err.println("interop: installing aiocoap from PyPI into " + work + " (once)");
        if (run(
                        work,
                        INSTALL_SECONDS,
                        python,
                        "-m",
                        "venv",
                        work.resolve("venv").toString())
                != 0) {
            throw new Missing(needs + "; what it said is in " + work.resolve("log"));
        }
        Path requirements = work.resolve(REQUIREMENTS);
        Files.write(requirements, wanted);
        int installed = run(
                work,
                INSTALL_SECONDS,
                interpreter.toString(),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
                requirements.toString());
        if (installed != 0) {
            throw new Missing("aiocoap can't be installed from PyPI: is there a network? What pip said is in "
                    + work.resolve("log"));
        }
        Files.write(stamp, wanted);
        return interpreter;
    }

    /** Of aiocoap. */
    static String version() throws IOException {
        return new String(resource(REQUIREMENTS), StandardCharsets.US_ASCII)
                .lines()
                .filter(l -> l.startsWith("aiocoap=="))
                .map(l -> l.substring("aiocoap==".length()))
                .findFirst()
                .orElseThrow();
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                PythonFolder.class.getResourceAsStream(RESOURCES + name), "the program lacks its file " + name)) {
            return in.readAllBytes();
        }
    }

    /** The exit code; 127 when there is no such program, 124 when it took too long. */
    private static int run(Path work, long seconds, String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(work.resolve("log").toFile()))
                    .start();
        } catch (IOException noSuchProgram) {
            return 127;
        }
        try {
            if (process.waitFor(seconds, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        return 124;
    }
}
