package org.sealpost.demo.steps;

import java.util.OptionalLong;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.run.Resident;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;

/** What device programs and all enclaves cost, after all they did. Comes before the leak check, whose heap dumps cost memory themselves. */
final class FootprintStep extends Scene {
    private static final long DEVICE_MIB = 128;
    private static final long ENCLAVE_MIB = 80;

    /** SoftHSM2 does inside of the enclave's process what a token that is a device does in its own. */
    private static final long SOFT_TOKEN_MIB = 16;

    private final long enclaveLimit;

    FootprintStep(Stage stage) {
        super(
                stage,
                "footprint",
                "What devices and enclaves cost in memory",
                "each device program holds less than " + DEVICE_MIB + " MiB, each enclave less than " + limit(stage)
                        + " MiB");
        this.enclaveLimit = limit(stage);
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        if (Resident.mebibytes(ProcessHandle.current().pid()).isEmpty()) {
            evidence.note("this system has no /proc: nobody looked at resident memory");
            return;
        }
        long devices = 0;
        long enclaves = 0;
        long largestDevice = 0;
        long largestEnclave = 0;
        for (Node node : stage.fleet().nodes()) {
            if (node.kind() == Node.Kind.DEVICE) {
                OptionalLong held = Resident.mebibytes(node.process().pid());
                if (held.isPresent()) {
                    devices++;
                    largestDevice = Math.max(largestDevice, within(DEVICE_MIB, held.getAsLong(), node.name()));
                }
            }
            for (ProcessHandle enclave : node.process().children()) {
                OptionalLong held = Resident.mebibytes(enclave.pid());
                if (held.isPresent()) {
                    enclaves++;
                    long mib = within(enclaveLimit, held.getAsLong(), "the enclave of " + node.name());
                    if (node.kind() == Node.Kind.SERVER) {
                        evidence.note("the server's enclave, which knows all of the fleet: " + mib + " MiB");
                    }
                    largestEnclave = Math.max(largestEnclave, mib);
                }
            }
        }
        NotProved.unless(devices > 0 && enclaves > 0, "no device program and no enclave is running");
        evidence.proved(devices + " device programs, the largest of " + largestDevice + " MiB resident");
        evidence.proved(enclaves + " enclaves, the largest of " + largestEnclave + " MiB resident");
    }

    private static long limit(Stage stage) {
        return stage.fleet().tokens() > 0 ? ENCLAVE_MIB + SOFT_TOKEN_MIB : ENCLAVE_MIB;
    }

    private static long within(long limit, long held, String what) throws NotProved {
        NotProved.unless(held < limit, what + " holds " + held + " MiB resident; the limit is " + limit);
        return held;
    }
}
