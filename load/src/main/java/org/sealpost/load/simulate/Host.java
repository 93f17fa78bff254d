package org.sealpost.load.simulate;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.load.memory.Disk;
import org.sealpost.load.memory.MemoryEnclave;
import org.sealpost.onem2m.Refusal;

/** An end point's program around its enclave: starts it again when power was lost. Not thread-safe. */
final class Host {
    private final MemoryEnclave enclave;
    private long crashes;
    private long refusals;

    Host(MemoryEnclave enclave) {
        this.enclave = enclave;
    }

    String identity() {
        return enclave.identity();
    }

    /** A call; empty when it was refused, or power was lost in it. */
    <T> Optional<T> call(Function<Enclave, T> call) {
        try {
            return Optional.of(call.apply(enclave.calls()));
        } catch (Disk.PowerLost lost) {
            crashes++;
            enclave.disk().fuse((save, done) -> false);
            enclave.restart();
            return Optional.empty();
        } catch (Refusal | EnclaveUnavailable refused) {
            refusals++;
            return Optional.empty();
        }
    }

    /** Power is lost at the save of that number from now on, before or after the octets are there. */
    void losePowerAt(long save, boolean after) {
        long at = enclave.disk().saves() + save;
        enclave.disk().fuse((number, done) -> number == at && done == after);
    }

    /** Power stays on from now on. */
    void steady() {
        enclave.disk().fuse((save, done) -> false);
    }

    void restart() {
        crashes++;
        enclave.restart();
    }

    List<HeldCredential> held() {
        return enclave.calls().credentials();
    }

    /** The epoch of a group that it shows; 0 for none. */
    long epoch(String group) {
        return held().stream()
                .filter(c -> c.group().equals(group))
                .mapToLong(HeldCredential::epoch)
                .findFirst()
                .orElse(0);
    }

    long crashes() {
        return crashes;
    }

    long refusals() {
        return refusals;
    }
}
