package org.sealpost.load.groups;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.sealpost.group.EpochKeys;

/**
 * A virtual gateway with its devices, in virtual time, and the server's part for them. The gateway keeps what the server sent and repeats it to those it has heard nothing of; it can't read what they
 * answer, and passes it on in batches. A device that hears of an epoch opens it, confirms, and repeats the same octets until the server's answer comes back.
 */
final class Neighbourhood {
    /** One way between server and gateway, microseconds; a connection, on which nothing is lost. */
    private static final long BACKBONE = 20_000;

    private static final long REPEAT = 500_000;
    private static final long PATIENCE = 1_000_000;
    private static final long BATCH = 50_000;

    /** After so many rounds the gateway gives up; a device that slept asks by itself. */
    private static final int ROUNDS = 240;

    private final Timeline time = new Timeline();
    private final SplittableRandom random;
    private final Scheme scheme;
    private final Scheme.Announcement announcement;
    private final Confirmations confirmations;
    private final Air air;
    private final int from;
    private final int count;
    private final EpochKeys serverKeys;
    private final byte[][] confirmation;
    private final BitSet heard = new BitSet();
    private final BitSet confirmed = new BitSet();
    private final BitSet settled = new BitSet();
    private final BitSet sleepers = new BitSet();
    private final long[] confirmedAt;
    private List<Waiting> batch = new ArrayList<>();
    private final Tally tally = new Tally();

    private record Waiting(int device, byte[] message) {}

    /** What was sent and done. Messages on the radio count once for a broadcast, however many hear it. */
    static final class Tally {
        long broadcasts;
        long toDevices;
        long fromDevices;
        long batches;
        long octetsToDevices;
        long octetsFromDevices;
        long deviceNanos;
        long serverNanos;

        void add(Tally other) {
            broadcasts += other.broadcasts;
            toDevices += other.toDevices;
            fromDevices += other.fromDevices;
            batches += other.batches;
            octetsToDevices += other.octetsToDevices;
            octetsFromDevices += other.octetsFromDevices;
            deviceNanos += other.deviceNanos;
            serverNanos += other.serverNanos;
        }
    }

    /** @param from number of its first device */
    Neighbourhood(
            Scheme scheme,
            Scheme.Announcement announcement,
            Confirmations confirmations,
            Air air,
            int from,
            int count,
            EpochKeys serverKeys,
            long seed) {
        this.scheme = scheme;
        this.announcement = announcement;
        this.confirmations = confirmations;
        this.air = air;
        this.from = from;
        this.count = count;
        this.serverKeys = serverKeys;
        this.random = new SplittableRandom(seed + from);
        this.confirmation = new byte[count][];
        this.confirmedAt = new long[count];
        for (int i = 0; i < count; i++) {
            sleepers.set(i, random.nextDouble() < air.asleep());
        }
    }

    /** Runs until every device is confirmed, and gives when each was, in microseconds. */
    long[] run() {
        time.after(BACKBONE, () -> round(0));
        sleepers.stream().forEach(i -> time.after(1000L * random.nextInt(Math.max(1, air.nap())), () -> wake(i)));
        time.run();
        if (confirmed.cardinality() != count) {
            throw new IllegalStateException(
                    count - confirmed.cardinality() + " devices of the gateway at " + from + " were never confirmed");
        }
        return confirmedAt;
    }

    Tally tally() {
        return tally;
    }

    private void round(int number) {
        if (heard.cardinality() == count || number == ROUNDS) {
            return;
        }
        if (announcement.toAll().isPresent() && number < 2) {
            tally.broadcasts++;
            tally.octetsToDevices += announcement.toAll().get().length;
            for (int i = 0; i < count; i++) {
                deliver(i);
            }
        } else {
            for (int i = heard.nextClearBit(0); i < count; i = heard.nextClearBit(i + 1)) {
                if (!sleepers.get(i)) {
                    send(i);
                }
            }
        }
        time.after(REPEAT, () -> round(number + 1));
    }

    /** A device that wakes asks for the newest there is, and stays awake until it is through. */
    private void wake(int i) {
        sleepers.clear(i);
        tally.fromDevices++;
        fetch(i);
    }

    private void fetch(int i) {
        if (confirmation[i] == null) {
            send(i);
            time.after(PATIENCE, () -> fetch(i));
        }
    }

    private void send(int i) {
        tally.toDevices++;
        tally.octetsToDevices += announcement.forDevice(from + i).length;
        deliver(i);
    }

    private void deliver(int i) {
        for (long delay : air.arrivals(random)) {
            time.after(delay, () -> hear(i));
        }
    }

    private void hear(int i) {
        if (sleepers.get(i)) {
            return;
        }
        if (confirmation[i] == null) {
            long start = System.nanoTime();
            EpochKeys keys = scheme.open(from + i, announcement.forDevice(from + i));
            confirmation[i] = confirmations.confirm(from + i, scheme.epoch(), keys);
            keys.wipe();
            tally.deviceNanos += System.nanoTime() - start;
            repeat(i);
        }
    }

    private void repeat(int i) {
        if (!settled.get(i)) {
            tally.fromDevices++;
            tally.octetsFromDevices += confirmation[i].length;
            for (long delay : air.arrivals(random)) {
                time.after(delay, () -> collect(i));
            }
            time.after(PATIENCE + random.nextLong(PATIENCE / 2), () -> repeat(i));
        }
    }

    private void collect(int i) {
        heard.set(i);
        if (batch.isEmpty()) {
            time.after(BATCH, this::passOn);
        }
        batch.add(new Waiting(i, confirmation[i]));
    }

    private void passOn() {
        List<Waiting> all = batch;
        batch = new ArrayList<>();
        tally.batches++;
        time.after(BACKBONE, () -> verify(all));
    }

    private void verify(List<Waiting> all) {
        List<Waiting> answers = new ArrayList<>(all.size());
        long start = System.nanoTime();
        for (Waiting w : all) {
            answers.add(new Waiting(
                    w.device, confirmations.verify(from + w.device, w.message, scheme.epoch(), serverKeys)));
            if (!confirmed.get(w.device)) {
                confirmed.set(w.device);
                confirmedAt[w.device] = time.now();
            }
        }
        tally.serverNanos += System.nanoTime() - start;
        time.after(BACKBONE, () -> answers.forEach(this::acknowledge));
    }

    private void acknowledge(Waiting answer) {
        tally.toDevices++;
        tally.octetsToDevices += answer.message.length;
        for (long delay : air.arrivals(random)) {
            time.after(delay, () -> {
                if (!settled.get(answer.device) && confirmations.accepted(from + answer.device, answer.message)) {
                    settled.set(answer.device);
                }
            });
        }
    }
}
