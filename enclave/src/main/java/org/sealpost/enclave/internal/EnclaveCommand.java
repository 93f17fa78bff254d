package org.sealpost.enclave.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The command line that starts an enclave process. */
public final class EnclaveCommand {
    private static final String MAIN = "org.sealpost.enclave.EnclaveMain";

    /**
     * Closed: no attaching, no core, no files outside of what it is given. And small: the heap starts at what an enclave needs at least, grows by little, and its young part is no larger than keeps collections
     * rare.
     */
    private static final List<String> JVM = List.of(
            "-XX:+DisableAttachMechanism",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null",
            "-XX:+UseSerialGC",
            "-Xms8m",
            "-Xmn2m",
            "-Xmx24m",
            "-XX:MinHeapFreeRatio=8",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:TieredStopAtLevel=1",
            "-Xss512k",
            "-XX:ReservedCodeCacheSize=24m",
            "-Xlog:cds=off",
            "-Xlog:cds+dynamic=off");

    private EnclaveCommand() {}

    /** See {@link org.sealpost.enclave.SecureEnvironment#defaultCommand}. */
    public static List<String> fromSystemProperties() {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(JVM);
        String extra = System.getProperty("sealpost.enclave.jvm", "").trim();
        Arrays.stream(extra.split("\\s+")).filter(s -> !s.isEmpty()).forEach(command::add);
        String archive = System.getProperty("sealpost.enclave.cds", "");
        if (!archive.isEmpty()) {
            command.add("-XX:SharedArchiveFile=" + archive);
            command.add("-Xshare:auto");
        }
        command.add("-cp");
        command.add(System.getProperty("sealpost.enclave.classpath", System.getProperty("java.class.path")));
        command.add(System.getProperty("sealpost.enclave.main", MAIN));
        return List.copyOf(command);
    }
}
