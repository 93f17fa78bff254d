package org.sealpost.oscore;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.util.BigIntegers;
import tools.jackson.dataformat.cbor.CBORMapper;

/** A group with three members whose keys come from a seed. */
final class GroupOfThree {
    static final byte[] ANNE = {1};
    static final byte[] BERT = {2};
    static final byte[] CARL = {3};
    static final byte[] MANAGER = "the manager's credential".getBytes(StandardCharsets.UTF_8);
    static final CoapMessage CLOSE = new CoapMessage(
            0x02,
            List.of(new CoapMessage.Option(11, "door".getBytes(StandardCharsets.UTF_8))),
            "close".getBytes(StandardCharsets.UTF_8));
    static final CoapMessage DONE = new CoapMessage(0x44, List.of(), "closed".getBytes(StandardCharsets.UTF_8));

    final GroupAlgorithms algorithms;
    private final Random random;
    private final Map<String, GroupMember.Identity> identities = new HashMap<>();

    GroupOfThree(GroupAlgorithms algorithms, long seed) {
        this.algorithms = algorithms;
        this.random = new Random(seed);
        for (byte[] id : List.of(ANNE, BERT, CARL)) {
            identities.put(name(id), identity(id));
        }
    }

    /** The context of an epoch. */
    GroupContext context(int epoch) {
        byte[] secret = new byte[32];
        new Random(epoch).nextBytes(secret);
        return new GroupContext(algorithms, gid(epoch), secret, new byte[8], MANAGER);
    }

    GroupMember member(byte[] id, int epoch) {
        return new GroupMember(context(epoch), identities.get(name(id)), this::credential);
    }

    /** The same member in another context. */
    GroupMember member(byte[] id, GroupContext context) {
        return new GroupMember(context, identities.get(name(id)), this::credential);
    }

    GroupMember silent(int epoch) {
        return new GroupMember(context(epoch), Optional.empty(), this::credential);
    }

    GroupMember.Identity identity(byte[] senderId) {
        if (algorithms.signature().equals(Optional.of(SignatureAlgorithm.ES256))) {
            byte[] scalar = octets();
            scalar[0] &= 0x7f;
            byte[] point = Curves.P256
                    .getG()
                    .multiply(BigIntegers.fromUnsignedByteArray(scalar))
                    .normalize()
                    .getEncoded(false);
            byte[] x = java.util.Arrays.copyOfRange(point, 1, 33);
            byte[] y = java.util.Arrays.copyOfRange(point, 33, 65);
            return new GroupMember.Identity(senderId, new PrivateKey.P256(scalar), credential(2, 1, x, Optional.of(y)));
        }
        byte[] seed = octets();
        byte[] x = new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
        return new GroupMember.Identity(senderId, new PrivateKey.Ed25519(seed), credential(1, 6, x, Optional.empty()));
    }

    Optional<Credential> credential(byte[] id) {
        return Optional.ofNullable(identities.get(name(id))).map(GroupMember.Identity::credential);
    }

    static byte[] gid(int epoch) {
        return new byte[] {7, (byte) epoch};
    }

    static Credential credential(int type, int curve, byte[] x, Optional<byte[]> y) {
        return Credential.parse(claims(type, curve, x, y));
    }

    /** A CWT Claims Set with nothing but a confirmation key. */
    static byte[] claims(int type, int curve, byte[] x, Optional<byte[]> y) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        try (var generator = (tools.jackson.dataformat.cbor.CBORGenerator) new CBORMapper().createGenerator(out)) {
            generator.writeStartObject(1);
            generator.writePropertyId(8);
            generator.writeStartObject(1);
            generator.writePropertyId(1);
            generator.writeStartObject(y.isPresent() ? 4 : 3);
            generator.writePropertyId(1);
            generator.writeNumber(type);
            generator.writePropertyId(-1);
            generator.writeNumber(curve);
            generator.writePropertyId(-2);
            generator.writeBinary(x);
            y.ifPresent(value -> {
                generator.writePropertyId(-3);
                generator.writeBinary(value);
            });
            generator.writeEndObject();
            generator.writeEndObject();
            generator.writeEndObject();
        }
        return out.toByteArray();
    }

    private byte[] octets() {
        byte[] octets = new byte[32];
        random.nextBytes(octets);
        return octets;
    }

    private static String name(byte[] id) {
        return HexFormat.of().formatHex(id);
    }
}
