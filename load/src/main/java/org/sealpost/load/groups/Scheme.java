package org.sealpost.load.groups;

import java.util.Optional;
import java.util.function.IntFunction;
import org.sealpost.group.EpochKeys;

/**
 * One way to tell a group of a new epoch, both ends of it, made of the code that is shipped (or of the library that is compared with). Members are numbered from 0. The server's side is used by one
 * thread; devices may open at the same time, each its own.
 */
interface Scheme {
    String title();

    /** How many virtual devices take part; the group may have more members. */
    int devices();

    int members();

    /** The server's work for leaving out one more member, none of the devices. */
    Announcement evict();

    /**
     * A device's work: from what was sent to the keys of the epoch.
     *
     * @throws org.sealpost.onem2m.Refusal when the device can't use it
     */
    EpochKeys open(int device, byte[] message);

    /** The keys of the newest epoch, as the server has them. */
    EpochKeys keys();

    long epoch();

    /** Octets that a device stores of this scheme. */
    int stored();

    /** What a device gets that was asleep for many epochs: octets, and how many messages they need. */
    Recovery recovery(int epochs);

    /** Signatures that a device verifies for one change. */
    int signatures();

    /**
     * What the server sends for one change.
     *
     * @param toAll the same octets for everybody; empty where each has its own
     * @param toOne one device's
     */
    record Announcement(Optional<byte[]> toAll, IntFunction<byte[]> toOne) {
        static Announcement of(byte[] toAll) {
            return new Announcement(Optional.of(toAll), device -> toAll);
        }

        byte[] forDevice(int device) {
            return toAll.orElseGet(() -> toOne.apply(device));
        }
    }

    record Recovery(long messages, long octets) {}
}
