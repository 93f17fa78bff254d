package org.sealpost.acceptance.shield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another program of the same ordinary user tries to get at an enclave. The same attempt against an unshielded program has to succeed, else it proves nothing here. */
class ShieldTest {
    private static final int VICTIM = 65_533;
    private static final int STRANGER = 65_532;

    private Path folder;
    private Path jars;
    private OrdinaryUser user;
    private Process enclave;
    private byte[] token;

    @BeforeEach
    void start() throws Exception {
        // Below /tmp: an ordinary user has to reach it, and a socket's path has to be short.
        folder = Files.createTempDirectory(Path.of("/tmp"), "sealpost-shield");
        folder.toFile().setExecutable(true, false);
        folder.toFile().setReadable(true, false);
        user = OrdinaryUser.numbered(VICTIM);
        jars = folder.resolve("lib");
        copyJars();
        assumeTrue(user.works(java()), "no ordinary user to run programs as (setpriv, a JDK that everybody may use)");
        token = new byte[32];
        new java.security.SecureRandom().nextBytes(token);
        Path home = user.owned(folder.resolve("home"));
        List<String> command = java();
        command.add("-XX:+DisableAttachMechanism");
        command.addAll(List.of("-Djava.io.tmpdir=" + home, "-Djna.tmpdir=" + home));
        command.addAll(List.of(
                "org.sealpost.enclave.EnclaveMain", home.resolve("state").toString()));
        command.add(socket());
        // As the program makes it that starts an enclave.
        Files.setPosixFilePermissions(user.owned(home.resolve("s")), PosixFilePermissions.fromString("rwx------"));
        enclave = new ProcessBuilder(user.command(command))
                .redirectError(folder.resolve("log").toFile())
                .start();
        enclave.getOutputStream().write((HexFormat.of().formatHex(token) + "\n").getBytes(StandardCharsets.US_ASCII));
        enclave.getOutputStream().flush();
        String first =
                new BufferedReader(new InputStreamReader(enclave.getInputStream(), StandardCharsets.UTF_8)).readLine();
        assertThat(first).as(Files.readString(folder.resolve("log"))).isEqualTo("READY");
    }

    @AfterEach
    void stop() throws Exception {
        if (enclave != null) {
            enclave.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        }
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"mem", "environ", "fd", "ptrace", "vmread"})
    void aProgramOfTheSameUserDoesNotGetIntoTheProcess(String attempt) throws Exception {
        Process open = new ProcessBuilder(user.command(List.of("sleep", "60"))).start();
        try {
            String control = intrude(user, attempt, String.valueOf(open.pid()));
            assumeTrue(control.equals("in"), attempt + " is forbidden on this machine anyway: " + control);
        } finally {
            open.destroyForcibly();
        }
        assertThat(intrude(user, attempt, String.valueOf(enclave.pid()))).startsWith("out: ");
        assertThat(enclave.isAlive()).isTrue();
    }

    @Tag("long")
    @Test
    void aProgramOfTheSameUserDoesNotAttachToTheVirtualMachine() throws Exception {
        List<String> plain = java();
        plain.addAll(List.of("org.sealpost.acceptance.shield.Idle"));
        Process open = new ProcessBuilder(user.command(plain)).start();
        try {
            assertThat(open.getInputStream().read()).isPositive();
            String control = intrude(user, "attach", String.valueOf(open.pid()));
            assumeTrue(control.equals("in"), "attaching does not work on this machine anyway: " + control);
        } finally {
            open.destroyForcibly();
        }
        assertThat(intrude(user, "attach", String.valueOf(enclave.pid()))).startsWith("out: ");
        assertThat(enclave.isAlive()).isTrue();
    }

    @Test
    @Tag("SE-07")
    void aProgramOfTheSameUserWithoutTheTokenIsRefusedAndCounted() throws Exception {
        String right = HexFormat.of().formatHex(token);
        String wrong = (right.charAt(0) == '0' ? "1" : "0") + right.substring(1);
        assertThat(intrude(user, "token", socket(), wrong)).startsWith("out: ");
        assertThat(intrude(user, "silent", socket())).startsWith("out: ");
        assertThat(intrude(user, "owner", socket(), right)).contains("{connections.refused=2}");
    }

    @Tag("long")
    @Test
    void anotherUserThatHasTheTokenIsNotAdmittedNotEvenRoot() throws Exception {
        assumeTrue(user.isAnotherThanWe(), "only root can become two users");
        assertThatThrownBy(() -> RawEnclave.open(Path.of(socket()), token, "main"))
                .isInstanceOf(IOException.class);
        assertThat(intrude(user, "owner", socket(), HexFormat.of().formatHex(token)))
                .contains("{connections.refused=1}");
    }

    @Tag("long")
    @Test
    void anotherUserDoesNotReachTheSocketAtAll() throws Exception {
        assumeTrue(user.isAnotherThanWe(), "only root can become two users");
        OrdinaryUser stranger = OrdinaryUser.numbered(STRANGER);
        assertThat(intrude(stranger, "silent", socket())).startsWith("out: ").contains("Permission denied");
        for (String attempt : List.of("mem", "environ", "ptrace")) {
            assertThat(intrude(stranger, attempt, String.valueOf(enclave.pid())))
                    .startsWith("out: ");
        }
    }

    private String socket() {
        return folder.resolve("home/s/enclave.sock").toString();
    }

    private String intrude(OrdinaryUser who, String... attempt) throws Exception {
        List<String> command = java();
        command.add("-Dsun.tools.attach.attachTimeout=3000");
        command.add("-Djna.tmpdir=" + who.owned(folder.resolve("intruder" + (who == user ? 1 : 2))));
        command.addAll(List.of("--add-modules", "jdk.attach", Intruder.class.getName()));
        command.addAll(List.of(attempt));
        return who.say(command).trim();
    }

    private List<String> java() {
        return new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-Xmx48m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                jars + "/classes:" + jars + "/*"));
    }

    /** What enclave and intruder need, where an ordinary user can read it. */
    private void copyJars() throws Exception {
        Path dist = Path.of(System.getProperty("sealpost.dist"));
        Files.createDirectories(jars);
        List<String> names = new ArrayList<>(List.of(Files.readString(dist.resolve("sealpost-enclave.classpath"))
                .trim()
                .split(":")));
        names.add("lib/sealpost-enclave-0.1.0.jar");
        for (String name : names) {
            Path jar = dist.resolve(name);
            Files.copy(jar, jars.resolve(jar.getFileName()));
        }
        Path from = Path.of(ShieldTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("org/sealpost/acceptance/shield");
        Path to = Files.createDirectories(jars.resolve("classes/org/sealpost/acceptance/shield"));
        try (Stream<Path> classes = Files.list(from)) {
            for (Path c : classes.toList()) {
                Files.copy(c, to.resolve(c.getFileName()));
            }
        }
    }
}
