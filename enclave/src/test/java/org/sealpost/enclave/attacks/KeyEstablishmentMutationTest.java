package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.onem2m.Refusal;

/**
 * Every part of every message of ESCertKE changed on its way: records and handshake messages retyped, lengthened, shortened, dropped, doubled and swapped, octets of their bodies flipped. Whoever notices
 * refuses with 4000; the key in use stays what it was at both, and works.
 */
class KeyEstablishmentMutationTest {
    private static final int HANDSHAKE = 22;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int RECORD_HEAD = 5;
    private static final int MESSAGE_HEAD = 4;

    private final long seed = System.nanoTime();
    private final Building b = new Building();
    private final Map<String, byte[]> serverDisk;
    private final Map<String, byte[]> doorDisk;

    KeyEstablishmentMutationTest() {
        b.server.enclave.setPeerPolicies(
                Map.of(b.door1.identity, new PeerPolicy("A256GCM", false, List.of(RenewalKeys.CERTIFICATE), 0, 0)));
        // what is made once, such as certificates, is made
        assertThat(establish(0, octets -> octets)).isEqualTo(AGREED);
        renew();
        serverDisk = b.server.disk.copy();
        doorDisk = b.door1.disk.copy();
    }

    private static final int AGREED = 2000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void everyPartOfAMessage(int number) {
        byte[][] seen = {new byte[0]};
        assertThat(establish(number, octets -> seen[0] = octets)).isEqualTo(AGREED);
        reset();
        List<String> changes = new ArrayList<>(changes(seen[0]).keySet());
        assertThat(changes).hasSizeGreaterThan(10);
        Collections.shuffle(changes, new Random(seed));
        Map<String, String> wrong = new TreeMap<>();
        for (String change : changes) {
            int got = establish(number, octets -> changes(octets).get(change));
            // the last message only confirms: the device has agreed by then, and waits for the proof
            String keys = keys(b.server) + (number < 4 ? keys(b.door1) : "");
            if (got != 4000 || keys.contains("agreed")) {
                wrong.put(change, got + " " + keys);
            }
            renewable(change);
            reset();
        }
        assertThat(wrong).as("seed %s", seed).isEmpty();
    }

    /** All changes of a message, by name; what is drawn is drawn the same for each message of a number. */
    private Map<String, byte[]> changes(byte[] flight) {
        Random random = new Random(seed);
        Map<String, byte[]> all = new LinkedHashMap<>();
        List<byte[]> records = records(flight);
        for (int i = 0; i < records.size(); i++) {
            byte[] record = records.get(i);
            String name = "record " + i + " of type " + record[0];
            all.put(name + " retyped", with(records, i, flipped(record, 0, 1)));
            all.put(name + " of SSL", with(records, i, flipped(record, 1, 3)));
            all.put(name + " longer than it is", with(records, i, flipped(record, 4, 1)));
            all.put(name + " huge", with(records, i, flipped(record, 3, 0x7f)));
            all.put(name + " cut off", with(records, i, Arrays.copyOf(record, record.length - 1)));
            all.put(name + " empty", with(records, i, new byte[] {record[0], 3, 3, 0, 0}));
            all.put(name + " dropped", with(records, i));
            all.put(name + " doubled", with(records, i, record, record));
            if (i + 1 < records.size()) {
                List<byte[]> swapped = new ArrayList<>(records);
                Collections.swap(swapped, i, i + 1);
                all.put(name + " after the next", joined(swapped));
            }
            int at = RECORD_HEAD + random.nextInt(record.length - RECORD_HEAD);
            all.put(name + " flipped", with(records, i, flipped(record, at, 1 << random.nextInt(8))));
            boolean plain =
                    record[0] == HANDSHAKE && records.subList(0, i).stream().noneMatch(r -> r[0] == CHANGE_CIPHER_SPEC);
            if (plain) {
                inside(records, i, random, all);
            }
        }
        return all;
    }

    /** Changes of the handshake messages in a record. */
    private static void inside(List<byte[]> records, int i, Random random, Map<String, byte[]> all) {
        List<byte[]> messages = messages(records.get(i));
        for (int k = 0; k < messages.size(); k++) {
            byte[] message = messages.get(k);
            String name = "handshake message of type " + message[0];
            all.put(name + " retyped", with(records, i, record(messages, k, flipped(message, 0, 0x40))));
            all.put(name + " longer than it is", with(records, i, record(messages, k, flipped(message, 3, 1))));
            all.put(name + " dropped", with(records, i, record(messages, k)));
            all.put(name + " doubled", with(records, i, record(messages, k, message, message)));
            for (int n = 0; n < 3 && message.length > MESSAGE_HEAD; n++) {
                int at = MESSAGE_HEAD + random.nextInt(message.length - MESSAGE_HEAD);
                int bit = 1 << random.nextInt(8);
                all.put(name + " flipped " + n, with(records, i, record(messages, k, flipped(message, at, bit))));
            }
        }
    }

    private static List<byte[]> records(byte[] flight) {
        List<byte[]> records = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(flight);
        while (rest.hasRemaining()) {
            byte[] record = new byte[RECORD_HEAD + (rest.getShort(rest.position() + 3) & 0xffff)];
            rest.get(record);
            records.add(record);
        }
        return records;
    }

    private static List<byte[]> messages(byte[] record) {
        List<byte[]> messages = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(record, RECORD_HEAD, record.length - RECORD_HEAD);
        while (rest.hasRemaining()) {
            byte[] message = new byte[MESSAGE_HEAD + (rest.getInt(rest.position()) & 0xffffff)];
            rest.get(message);
            messages.add(message);
        }
        return messages;
    }

    private static byte[] with(List<byte[]> all, int index, byte[]... instead) {
        List<byte[]> changed = new ArrayList<>(all.subList(0, index));
        changed.addAll(Arrays.asList(instead));
        changed.addAll(all.subList(index + 1, all.size()));
        return joined(changed);
    }

    private static byte[] record(List<byte[]> messages, int index, byte[]... instead) {
        byte[] body = with(messages, index, instead);
        return ByteBuffer.allocate(RECORD_HEAD + body.length)
                .put((byte) HANDSHAKE)
                .putShort((short) 0x0303)
                .putShort((short) body.length)
                .put(body)
                .array();
    }

    private static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] flipped(byte[] octets, int at, int bits) {
        byte[] changed = octets.clone();
        changed[at] ^= (byte) bits;
        return changed;
    }

    /** The four messages, one of which is changed; the status in the end. */
    private int establish(int changed, UnaryOperator<byte[]> change) {
        UnaryOperator<byte[]> same = octets -> octets;
        try {
            byte[] one =
                    b.server.enclave.startKeyEstablishment(b.door1.identity).message();
            byte[] two = b.door1
                    .enclave
                    .answerKeyEstablishment(b.server.identity, (changed == 1 ? change : same).apply(one))
                    .message();
            byte[] three = b.server
                    .enclave
                    .continueKeyEstablishment(b.door1.identity, (changed == 2 ? change : same).apply(two))
                    .message();
            byte[] four = b.door1
                    .enclave
                    .answerKeyEstablishment(b.server.identity, (changed == 3 ? change : same).apply(three))
                    .message();
            return b.server
                            .enclave
                            .continueKeyEstablishment(b.door1.identity, (changed == 4 ? change : same).apply(four))
                            .agreed()
                            .isPresent()
                    ? AGREED
                    : 0;
        } catch (Refusal refusal) {
            return refusal.status().code();
        }
    }

    private void renew() {
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        var sealed = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand));
        var opened = (OpenedRequest.Answered) b.door1.enclave.openRequest(sealed.esprimObject());
        assertThat(b.server.enclave.openResponse(sealed.exchange(), opened.sealedResponse()))
                .isInstanceOf(OpenedResponse.Renewal.class);
    }

    /** What was refused stands in nobody's way. */
    private void renewable(String change) {
        assertThat(b.push(b.door1, Building.DOORS)).as(change).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    private void reset() {
        b.server.rollBack(serverDisk);
        b.door1.rollBack(doorDisk);
    }

    private static String keys(Party party) {
        return party.enclave.pairwiseKeys().stream().anyMatch(k -> k.agreed().isPresent()) ? "agreed" : "";
    }
}
