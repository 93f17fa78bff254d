package org.sealpost.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.SecureEnvironment;

/** Many devices of one program on the threads that they share, as {@code sealpost device-host} runs them. */
class DeviceRuntimeTest {
    private static final int FEW = 3;
    private static final int MANY = 60;

    /** A pool may start a thread later than the first devices need it. */
    private static final int POOLS_GROW = 16;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sixtyDevicesHaveNoThreadsOfTheirOwn(boolean polling) throws Exception {
        Set<Long> before = threads();
        List<SimulatedDevice> running = new ArrayList<>();
        try (SecureEnvironment environment =
                        SecureEnvironment.inProcess(folder.resolve("enclave"), InstantSource.system());
                DeviceRuntime runtime = DeviceRuntime.open()) {
            try {
                start(running, 0, FEW, polling, environment, runtime);
                int few = more(before);
                assertThat(few).isPositive();
                start(running, FEW, MANY, polling, environment, runtime);
                assertThat(running).hasSize(MANY);
                assertThat(more(before))
                        .as("threads of " + MANY + " devices; " + FEW + " had " + few + ": " + names(before))
                        .isLessThanOrEqualTo(few + POOLS_GROW);
            } finally {
                running.forEach(SimulatedDevice::close);
            }
        }
    }

    private void start(
            List<SimulatedDevice> running,
            int from,
            int to,
            boolean polling,
            SecureEnvironment environment,
            DeviceRuntime runtime)
            throws Exception {
        for (int i = from; i < to; i++) {
            String name = "door-" + i;
            Path state = Files.createDirectories(folder.resolve(name));
            DeviceConfig config = new DeviceConfig(
                    name,
                    "sealpost.example",
                    "gw-north",
                    URI.create("http://127.0.0.1:9"),
                    "/in-cse",
                    polling ? Optional.empty() : Optional.of(URI.create("http://127.0.0.1:0")),
                    Optional.empty());
            Path status = state.resolve("status.json");
            SimulatedDevice device = new SimulatedDevice(
                    Device.connect(config, environment, runtime),
                    "fire-door",
                    state,
                    Optional.of(status),
                    1000,
                    i,
                    "",
                    false);
            running.add(device);
            device.start();
        }
    }

    private static int more(Set<Long> before) {
        Set<Long> now = threads();
        now.removeAll(before);
        return now.size();
    }

    private static Set<Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> names(Set<Long> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !before.contains(t.getId()))
                .map(Thread::getName)
                .sorted()
                .toList();
    }
}
