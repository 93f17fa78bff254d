package org.sealpost.vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.sealpost.e2e.Jwk;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.PrivateKey;
import org.sealpost.oscore.SignatureAlgorithm;
import tools.jackson.databind.JsonNode;

/**
 * A group in a vector file: contexts of two epochs, the manager's credential, members with their keys. Read from a group of tests, or drawn from a seed and written into one; both sides
 * go through the same text.
 */
record OscoreCast(GroupAlgorithms algorithms, byte[] manager, List<Epoch> epochs, List<GroupMember.Identity> members) {

    /** The secrets of a context. */
    record Epoch(byte[] gid, byte[] masterSecret, byte[] masterSalt) {}

    /** Draws a group. */
    static OscoreCast draw(Random random, GroupAlgorithms algorithms, List<byte[]> ids) {
        List<Epoch> epochs = new ArrayList<>();
        byte[] prefix = Forge.octets(random, 6);
        for (int number = 1; number <= 2; number++) {
            byte[] gid = Arrays.copyOf(prefix, 7);
            gid[6] = (byte) number;
            epochs.add(new Epoch(gid, Forge.octets(random, 32), Forge.octets(random, 8)));
        }
        byte[] manager = identity(random, algorithms, "//sealpost.example/in-cse", new byte[0])
                .credential()
                .octets();
        List<GroupMember.Identity> members = new ArrayList<>();
        for (byte[] id : ids) {
            members.add(identity(random, algorithms, "//sealpost.example/gw-north/Cnode-" + members.size(), id));
        }
        return new OscoreCast(algorithms, manager, epochs, members);
    }

    /** Reads a group of tests. */
    static OscoreCast of(JsonNode group) {
        GroupAlgorithms algorithms = algorithms(group);
        List<Epoch> epochs = new ArrayList<>();
        for (JsonNode context : group.get("contexts")) {
            epochs.add(new Epoch(
                    Json.hex(context, "gid"), Json.hex(context, "masterSecret"), Json.hex(context, "masterSalt")));
        }
        List<GroupMember.Identity> members = new ArrayList<>();
        for (JsonNode member : group.get("members")) {
            Credential credential = Credential.parse(Json.hex(member, "credential"));
            byte[] secret = Json.hex(member, "privateKey");
            members.add(new GroupMember.Identity(
                    Json.hex(member, "senderId"),
                    credential.algorithm() == SignatureAlgorithm.ES256
                            ? new PrivateKey.P256(secret)
                            : new PrivateKey.Ed25519(secret),
                    credential));
        }
        return new OscoreCast(algorithms, Json.hex(group, "manager"), epochs, members);
    }

    /** Writes the group down. */
    Sheet.Group write(Sheet.Group into) {
        into.put("aead", number(algorithms.pairwise()))
                .put("groupEncryption", number(algorithms.group()))
                .put("signature", algorithms.signature().map(s -> "" + s.id()).orElse("none"))
                .put("manager", Json.hex(manager));
        for (Epoch epoch : epochs) {
            into.objects(
                    "contexts",
                    o -> o.put("gid", Json.hex(epoch.gid()))
                            .put("masterSecret", Json.hex(epoch.masterSecret()))
                            .put("masterSalt", Json.hex(epoch.masterSalt())));
        }
        for (GroupMember.Identity member : members) {
            byte[] secret = member.privateKey() instanceof PrivateKey.P256 p
                    ? p.scalar()
                    : ((PrivateKey.Ed25519) member.privateKey()).seed();
            into.objects(
                    "members",
                    o -> o.put("senderId", Json.hex(member.senderId()))
                            .put("credential", Json.hex(member.credential().octets()))
                            .put("privateKey", Json.hex(secret)));
        }
        return into;
    }

    /** A member by its Sender ID in hexadecimal, without one a silent server; fresh, so with empty windows. */
    GroupMember member(String id, int epoch) {
        Optional<GroupMember.Identity> identity =
                members.stream().filter(m -> Json.hex(m.senderId()).equals(id)).findFirst();
        if (identity.isEmpty() && !id.isEmpty()) {
            throw new BadVector("there is no member " + id);
        }
        return new GroupMember(
                context(epoch),
                identity,
                kid -> members.stream()
                        .filter(m -> Arrays.equals(m.senderId(), kid))
                        .map(GroupMember.Identity::credential)
                        .findFirst());
    }

    GroupContext context(int epoch) {
        Epoch e = epochs.get(epoch);
        return new GroupContext(algorithms, e.gid(), e.masterSecret().clone(), e.masterSalt(), manager);
    }

    static GroupAlgorithms algorithms(JsonNode of) {
        String signature = Json.text(of, "signature");
        return new GroupAlgorithms(
                aead(Json.text(of, "aead")),
                aead(Json.text(of, "groupEncryption")),
                signature.equals("none")
                        ? Optional.empty()
                        : Optional.of(signature.equals("-7") ? SignatureAlgorithm.ES256 : SignatureAlgorithm.EDDSA));
    }

    static String number(Optional<AeadAlgorithm> algorithm) {
        return algorithm.map(a -> "" + a.id()).orElse("none");
    }

    static CoapMessage message(JsonNode of) {
        return CoapMessage.of(Json.hex(of, "message"));
    }

    static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static Optional<AeadAlgorithm> aead(String number) {
        if (number.equals("none")) {
            return Optional.empty();
        }
        for (AeadAlgorithm algorithm : AeadAlgorithm.values()) {
            if (number.equals("" + algorithm.id())) {
                return Optional.of(algorithm);
            }
        }
        throw new BadVector("there is no content encryption " + number);
    }

    private static GroupMember.Identity identity(
            Random random, GroupAlgorithms algorithms, String subject, byte[] senderId) {
        byte[] secret = Forge.octets(random, 32);
        if (algorithms.signature().equals(Optional.of(SignatureAlgorithm.ES256))) {
            secret[0] &= 0x7f;
            return new GroupMember.Identity(
                    senderId, new PrivateKey.P256(secret), Credential.of(subject, Jwk.parse(Curve.jwk(secret))));
        }
        byte[] x =
                new Ed25519PrivateKeyParameters(secret, 0).generatePublicKey().getEncoded();
        return new GroupMember.Identity(senderId, new PrivateKey.Ed25519(secret), Credential.parse(claims(x)));
    }

    /** A CWT Claims Set {@code {2: "node", 8: {1: {1: 1, 3: -8, -1: 6, -2: x}}}}. */
    private static byte[] claims(byte[] x) {
        byte[] head = octets("a202646e6f646508a101a4010103272006215820");
        byte[] whole = Arrays.copyOf(head, head.length + x.length);
        System.arraycopy(x, 0, whole, head.length, x.length);
        return whole;
    }
}
