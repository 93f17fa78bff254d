package org.sealpost.acceptance.shield;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs as an ordinary user: this one where it is ordinary, else (as root) another, through {@code setpriv}. */
final class OrdinaryUser {
    private static final int ROOT = 0;

    private final int number;
    private final boolean asRoot;

    private OrdinaryUser(int number, boolean asRoot) {
        this.number = number;
        this.asRoot = asRoot;
    }

    /** The user of that number when we are root, else ourselves. */
    static OrdinaryUser numbered(int number) throws IOException {
        int own = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS);
        return own == ROOT ? new OrdinaryUser(number, true) : new OrdinaryUser(own, false);
    }

    /** Whether there are two of them: only root can become another. */
    boolean isAnotherThanWe() {
        return asRoot;
    }

    /** Gives a directory to this user, for it alone. */
    Path owned(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        if (asRoot) {
            run(List.of("chown", number + ":" + number, directory.toString()));
        }
        return directory;
    }

    List<String> command(List<String> program) {
        List<String> command = new ArrayList<>();
        if (asRoot) {
            command.addAll(List.of(
                    "setpriv",
                    "--reuid=" + number,
                    "--regid=" + number,
                    "--clear-groups",
                    "--bounding-set=-all",
                    "--inh-caps=-all",
                    "--"));
        }
        command.addAll(program);
        return command;
    }

    /** Runs to the end; what it said. */
    String say(List<String> program) throws IOException, InterruptedException {
        return run(command(program));
    }

    /** Whether programs can be run as this user here: the tool is there, and the user can use the JDK. */
    boolean works(List<String> java) throws InterruptedException {
        try {
            List<String> version = new ArrayList<>(java.subList(0, 1));
            version.add("-version");
            return say(version).contains("version");
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(1, TimeUnit.MINUTES);
        return said;
    }
}
