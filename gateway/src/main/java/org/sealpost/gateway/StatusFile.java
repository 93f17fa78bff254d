package org.sealpost.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The gateway's counters in a file, for its operator: replaced when they change, once a second at most. */
final class StatusFile {
    private final Path file;
    private final Gateway gateway;
    private byte[] last = {};

    StatusFile(Path file, Gateway gateway) {
        this.file = file;
        this.gateway = gateway;
    }

    /** Keeps the file up to date until the gateway stops; the caller's thread does it. */
    void keep(CountDownLatch stopped) throws InterruptedException {
        do {
            ObjectNode status = JsonNodeFactory.instance.objectNode();
            status.put("pid", ProcessHandle.current().pid());
            ObjectNode counters = status.putObject("counters");
            gateway.counters().forEach(counters::put);
            byte[] now = PrimitiveCodec.of(Serialization.JSON).encodeTree(status);
            try {
                if (!Arrays.equals(now, last)) {
                    replace(file, now);
                    last = now;
                }
            } catch (IOException e) {
                System.err.println("sealpost gateway: the status file can't be written: " + e.getMessage());
            }
        } while (!stopped.await(1, TimeUnit.SECONDS));
    }

    /** Puts a file in place as a whole: nobody reads half of it. */
    static void replace(Path file, byte[] octets) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, octets);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
