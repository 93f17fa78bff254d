package org.sealpost.load.groups;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.RandObject;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupCredential;
import org.sealpost.group.Purpose;
import org.sealpost.group.PurposeCertificate;

/** A signed credential for each member, in an ESPrim message of its own. */
final class PointToPointUnderTest implements Scheme {
    private static final int SECRET = 32;

    private final Pair[] pairs;
    private final RandObject[] offers;
    private final Es256Signer signer;
    private final ECPublicKey root;
    private final String certificate;
    private final Random random;
    private byte[] secret;
    private long epoch = 1;

    PointToPointUnderTest(int members, long seed) {
        this.random = new Random(seed);
        this.pairs = Pair.many(members - 1, seed);
        this.offers = new RandObject[pairs.length];
        for (int i = 0; i < pairs.length; i++) {
            offers[i] = pairs[i].offer();
        }
        SecureRandom keys = new SecureRandom();
        KeyPair rootKey = Jwk.generate(keys);
        KeyPair credentialKey = Jwk.generate(keys);
        this.root = (ECPublicKey) rootKey.getPublic();
        this.signer = Es256Signer.of(credentialKey.getPrivate());
        this.certificate = new PurposeCertificate(
                        Purpose.CREDENTIAL,
                        (ECPublicKey) credentialKey.getPublic(),
                        TestGroup.NOW,
                        TestGroup.NOW + TestGroup.DAY)
                .sign(Es256Signer.of(rootKey.getPrivate()), "root");
        this.secret = TestGroup.octets(seed, SECRET);
    }

    @Override
    public String title() {
        return "point-to-point";
    }

    @Override
    public int devices() {
        return pairs.length;
    }

    @Override
    public int members() {
        return pairs.length + 1;
    }

    @Override
    public Announcement evict() {
        epoch++;
        secret = TestGroup.octets(random.nextLong(), SECRET);
        byte[][] sealed = new byte[pairs.length][];
        for (int i = 0; i < pairs.length; i++) {
            GroupCredential credential = new GroupCredential(
                    TestGroup.NAME,
                    epoch,
                    KeyWrap.wrap(pairs[i].wrappingKey(), secret),
                    i + 1,
                    "floor-1",
                    pairs[i].identity(),
                    TestGroup.NOW,
                    TestGroup.NOW + TestGroup.DAY,
                    0,
                    List.of("release"),
                    0,
                    Base64Url.encode(TestGroup.octets(random.nextLong(), 16)),
                    List.of(),
                    Optional.empty());
            String signed =
                    Jws.sign(signer, Labels.TYPE_CREDENTIAL, "c", Map.of("pct", certificate), credential.encode());
            sealed[i] = pairs[i].push(offers[i], signed.getBytes(StandardCharsets.US_ASCII));
            offers[i] = pairs[i].offer();
        }
        return new Announcement(Optional.empty(), i -> sealed[i]);
    }

    @Override
    public EpochKeys open(int device, byte[] message) {
        byte[] signed = pairs[device].openPush(message);
        byte[] payload = PurposeCertificate.verifyObject(
                Jws.parse(new String(signed, StandardCharsets.US_ASCII)),
                Labels.TYPE_CREDENTIAL,
                Purpose.CREDENTIAL,
                root,
                TestGroup.NOW);
        GroupCredential credential = GroupCredential.decode(payload);
        byte[] opened = KeyWrap.unwrap(pairs[device].wrappingKey(), credential.wrappedSecret());
        return EpochKeys.derive(opened, TestGroup.NAME, credential.epoch());
    }

    @Override
    public EpochKeys keys() {
        return EpochKeys.derive(secret, TestGroup.NAME, epoch);
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public int stored() {
        return 2 * SECRET;
    }

    @Override
    public Recovery recovery(int epochs) {
        return new Recovery(1, pairs[0].push(offers[0], new byte[900]).length);
    }

    @Override
    public int signatures() {
        return 2;
    }
}
