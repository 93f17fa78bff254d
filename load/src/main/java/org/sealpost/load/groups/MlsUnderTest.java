package org.sealpost.load.groups;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.mls.TreeKEM.LeafIndex;
import org.bouncycastle.mls.TreeKEM.LeafNode;
import org.bouncycastle.mls.TreeKEM.LifeTime;
import org.bouncycastle.mls.TreeKEM.TreeKEMPublicKey;
import org.bouncycastle.mls.codec.Capabilities;
import org.bouncycastle.mls.codec.Credential;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.MLSOutputStream;
import org.bouncycastle.mls.codec.Proposal;
import org.bouncycastle.mls.crypto.MlsCipherSuite;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;
import org.sealpost.group.EpochKeys;

/** MLS (RFC 9420) as a server would use it that adds all members and commits for them: Bouncy Castle's library, suite 1. */
final class MlsUnderTest implements Scheme {
    private static final MlsCipherSuite SUITE = MlsCipherSuite.BCMLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    private static final int SECRET = 32;

    private final SecureRandom random = new SecureRandom();
    private final Group[] devices;
    private Group server;
    private int next;
    private long octets;
    private long commits;

    /** What a member makes before it is added. */
    private record Joiner(
            AsymmetricCipherKeyPair init,
            AsymmetricCipherKeyPair leaf,
            AsymmetricCipherKeyPair signature,
            KeyPackage kp) {}

    /** @param spares further members, to be left out one by one */
    MlsUnderTest(int devices, int spares) {
        this.devices = new Group[devices];
        try {
            Joiner own = joiner("server");
            List<Joiner> joiners = new ArrayList<>();
            List<Proposal> adds = new ArrayList<>();
            for (int i = 0; i < devices + spares; i++) {
                Joiner joiner = joiner("d" + i);
                joiners.add(joiner);
                adds.add(Proposal.add(joiner.kp()));
            }
            Group empty = new Group(
                    TestGroup.NAME.getBytes(StandardCharsets.US_ASCII),
                    SUITE,
                    own.leaf(),
                    SUITE.serializeSignaturePrivateKey(own.signature().getPrivate()),
                    own.kp().getLeafNode(),
                    new ArrayList<>());
            Group.GroupWithMessage added = commit(empty, adds);
            this.server = added.group;
            this.next = devices + 1;
            byte[] tree = MLSOutputStream.encode(server.getTree());
            for (int i = 0; i < devices; i++) {
                Joiner j = joiners.get(i);
                this.devices[i] = new Group(
                        SUITE.getHPKE().serializePrivateKey(j.init().getPrivate()),
                        j.leaf(),
                        SUITE.serializeSignaturePrivateKey(j.signature().getPrivate()),
                        j.kp(),
                        added.message.welcome,
                        (TreeKEMPublicKey) new MLSInputStream(tree).read(TreeKEMPublicKey.class),
                        Map.of(),
                        Map.of());
            }
        } catch (Exception e) {
            throw failed(e);
        }
    }

    private static Joiner joiner(String name) throws Exception {
        AsymmetricCipherKeyPair init = SUITE.getHPKE().generatePrivateKey();
        AsymmetricCipherKeyPair leaf = SUITE.getHPKE().generatePrivateKey();
        AsymmetricCipherKeyPair signature = SUITE.generateSignatureKeyPair();
        byte[] signing = SUITE.serializeSignaturePrivateKey(signature.getPrivate());
        LeafNode node = new LeafNode(
                SUITE,
                SUITE.getHPKE().serializePublicKey(leaf.getPublic()),
                SUITE.serializeSignaturePublicKey(signature.getPublic()),
                Credential.forBasic(name.getBytes(StandardCharsets.US_ASCII)),
                new Capabilities(),
                new LifeTime(),
                new ArrayList<>(),
                signing);
        return new Joiner(
                init,
                leaf,
                signature,
                new KeyPackage(
                        SUITE, SUITE.getHPKE().serializePublicKey(init.getPublic()), node, new ArrayList<>(), signing));
    }

    private Group.GroupWithMessage commit(Group group, List<Proposal> proposals) throws Exception {
        byte[] fresh = new byte[SECRET];
        random.nextBytes(fresh);
        return group.commit(
                new Secret(fresh),
                new Group.CommitOptions(proposals, true, false, new Group.LeafNodeOptions()),
                new Group.MessageOptions(false, new byte[0], 0),
                new Group.CommitParameters(Group.NORMAL_COMMIT_PARAMS));
    }

    @Override
    public String title() {
        return "mls";
    }

    @Override
    public int devices() {
        return devices.length;
    }

    @Override
    public int members() {
        return devices.length + 1;
    }

    @Override
    public Announcement evict() {
        try {
            Group.GroupWithMessage removed =
                    commit(server, new ArrayList<>(List.of(Proposal.remove(new LeafIndex(next)))));
            next++;
            server = removed.group;
            byte[] message = MLSOutputStream.encode(removed.message);
            octets += message.length;
            commits++;
            return Announcement.of(message);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    @Override
    public EpochKeys open(int device, byte[] message) {
        try {
            Group moved = devices[device].handle(message, null);
            devices[device] = moved;
            return keys(moved);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    @Override
    public EpochKeys keys() {
        try {
            return keys(server);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static EpochKeys keys(Group group) throws IOException {
        return EpochKeys.derive(
                group.getKeySchedule().MLSExporter("load", new byte[0], SECRET), TestGroup.NAME, group.getEpoch());
    }

    @Override
    public long epoch() {
        return server.getEpoch();
    }

    /** The public tree, which every member keeps; its private keys come on top. */
    @Override
    public int stored() {
        try {
            return MLSOutputStream.encode(server.getTree()).length;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Every commit that was missed, at the mean size of those of this run. */
    @Override
    public Recovery recovery(int epochs) {
        return new Recovery(epochs, epochs * octets / Math.max(1, commits));
    }

    @Override
    public int signatures() {
        return 2;
    }

    private static IllegalStateException failed(Exception e) {
        return new IllegalStateException("the MLS library failed: " + e.getMessage(), e);
    }
}
