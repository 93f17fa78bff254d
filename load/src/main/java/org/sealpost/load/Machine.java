package org.sealpost.load;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where and what something was measured. */
public final class Machine {
    private Machine() {}

    /** Processor, how many of them, JVM. */
    public static String description() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + Runtime.version();
    }

    /** Seconds that this process has used of all processors: what a figure costs when others use the machine too. */
    public static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    /** How many threads wanted a processor lately (the system's load of one minute); negative where the system does not say. */
    public static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** The commit that the launcher names; {@code unknown} without it. */
    public static String commit() {
        return System.getProperty("sealpost.commit", "unknown");
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
