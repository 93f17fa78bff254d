package org.sealpost.fuzz;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.e2e.Jwk;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.OscoreContext;
import org.sealpost.oscore.OscoreFailure;
import org.sealpost.oscore.OscoreOption;
import org.sealpost.oscore.PrivateKey;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.SignatureAlgorithm;
import org.sealpost.oscore.SignatureChecker;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * CBOR and COSE, the OSCORE option, what OSCORE protects, credentials, and whole messages at a member of a group, at a checker of signatures and at an end point of plain OSCORE. What was read is written and read
 * again the same.
 */
public final class OscoreTarget {
    private static final byte[] ANNE = {1};
    private static final byte[] BERT = {2};
    private static final byte[] GID = {7, 7, 7, 7, 7, 7, 1};
    private static final byte[] SECRET = new byte[32];
    private static final byte[] SALT = new byte[8];
    private static final GroupAlgorithms ALGORITHMS =
            GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_128_128, SignatureAlgorithm.ES256);
    private static final KeyPair PAIR = Jwk.generate(new SecureRandom());
    private static final Credential CREDENTIAL = Credential.of("//sp.example/gw/Cx", (ECPublicKey) PAIR.getPublic());
    private static final CoapMessage CLOSE = new CoapMessage(
            2,
            List.of(new CoapMessage.Option(11, "cmd".getBytes(StandardCharsets.US_ASCII))),
            "{}".getBytes(StandardCharsets.US_ASCII));

    private OscoreTarget() {}

    /** Loads what is instrumented before the clock of the first input runs. */
    public static void fuzzerInitialize() {
        seeds().forEach(OscoreTarget::fuzzerTestOneInput);
    }

    /** One input: the first octet chooses. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] octets = Arrays.copyOfRange(input, 1, input.length);
        switch (input[0] & 7) {
            case 0 ->
                outcome(() -> {
                    byte[] written = OscoreOption.parse(octets).encode();
                    return same(written, OscoreOption.parse(written).encode());
                });
            case 1 ->
                outcome(() -> {
                    byte[] written = CoapMessage.of(octets).plaintext();
                    return same(written, CoapMessage.of(written).plaintext());
                });
            case 2 -> Cbor.readArray(octets).ifPresent(items -> same(octets, Cbor.array(items)));
            case 3 -> CoseSign1.decode(octets).ifPresent(signed -> same(octets, signed.encode()));
            case 4 -> outcome(() -> Credential.parse(octets));
            case 5 -> outcome(() -> member(BERT, ANNE).openRequest(message(octets)));
            case 6 -> outcome(() -> plain().openRequest(message(octets)));
            default -> checker().genuine(message(octets));
        }
    }

    /** Right inputs. */
    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        ProtectedMessage group = member(ANNE, BERT).protectRequest(CLOSE, 5).message();
        ProtectedMessage pairwise =
                member(ANNE, BERT).protectRequest(CLOSE, BERT, 300).message();
        seeds.add(joined(0, group.option()));
        seeds.add(joined(0, new byte[0]));
        seeds.add(joined(1, CLOSE.plaintext()));
        seeds.add(joined(2, Cbor.array(List.of(1, "a", new byte[2], List.of(true, Optional.empty()), -70_000L))));
        seeds.add(joined(
                3, CoseSign1.sign(new byte[32], new byte[1], new byte[] {1, 2}).encode()));
        seeds.add(joined(4, CREDENTIAL.octets()));
        for (int at = 5; at < 8; at++) {
            seeds.add(joined(at, framed(group)));
            seeds.add(joined(at, framed(pairwise)));
        }
        OscoreContext sender =
                new OscoreContext(AeadAlgorithm.AES_CCM_16_64_128, SECRET, SALT, Optional.empty(), ANNE, BERT);
        seeds.add(joined(6, framed(sender.protectRequest(CLOSE, 1, false).message())));
        return seeds;
    }

    private static GroupMember member(byte[] own, byte[] peer) {
        byte[] scalar = Jwk.scalar((ECPrivateKey) PAIR.getPrivate());
        return new GroupMember(
                context(),
                new GroupMember.Identity(own, new PrivateKey.P256(scalar), CREDENTIAL),
                kid -> Arrays.equals(kid, peer) ? Optional.of(CREDENTIAL) : Optional.empty());
    }

    private static GroupContext context() {
        return new GroupContext(ALGORITHMS, GID, SECRET.clone(), SALT, CREDENTIAL.octets());
    }

    private static SignatureChecker checker() {
        return new SignatureChecker(
                ALGORITHMS,
                GID,
                context().signatureEncryptionKey(),
                CREDENTIAL.octets(),
                kid -> Optional.of(CREDENTIAL));
    }

    private static OscoreContext plain() {
        return new OscoreContext(AeadAlgorithm.AES_CCM_16_64_128, SECRET, SALT, Optional.empty(), BERT, ANNE);
    }

    /** Length of the option (1) | option | payload. */
    private static ProtectedMessage message(byte[] octets) {
        int length = octets.length == 0 ? 0 : Math.min(octets[0] & 0xff, octets.length - 1);
        return new ProtectedMessage(
                octets.length == 0 ? octets : Arrays.copyOfRange(octets, 1, 1 + length),
                Arrays.copyOfRange(octets, Math.min(octets.length, 1 + length), octets.length));
    }

    private static byte[] framed(ProtectedMessage message) {
        byte[] all = joined(message.option().length, message.option());
        byte[] whole = Arrays.copyOf(all, all.length + message.payload().length);
        System.arraycopy(message.payload(), 0, whole, all.length, message.payload().length);
        return whole;
    }

    /** A value, or a failure with a sentence. */
    private static void outcome(Supplier<Object> attempt) {
        Outcome.of(() -> {
            try {
                return attempt.get();
            } catch (OscoreFailure failure) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, String.valueOf(failure.getMessage()));
            }
        });
    }

    private static Object same(byte[] one, byte[] other) {
        if (!Arrays.equals(one, other)) {
            throw new IllegalStateException("what was written is read as something else");
        }
        return one;
    }

    static byte[] joined(int first, byte[] rest) {
        byte[] all = new byte[rest.length + 1];
        all[0] = (byte) first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
