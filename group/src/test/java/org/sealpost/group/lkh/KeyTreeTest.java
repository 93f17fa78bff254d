package org.sealpost.group.lkh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.Test;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Members of a tree of keys through random changes, and those who left it. */
class KeyTreeTest {
    private static final long SEED = 20261125;
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";
    private static final long NOW = 1_800_000_000L;

    private final byte[] signingKey = octets(9);
    private final byte[] publicKey =
            new Ed25519PrivateKeyParameters(signingKey, 0).generatePublicKey().getEncoded();

    @Test
    void membersGoOnTogetherAndThoseWhoLeftDoNot() {
        for (int round = 0; round < 30; round++) {
            Random random = new Random(SEED + round);
            int height = 1 + random.nextInt(3);
            KeyTree tree = tree(height, round);
            Map<Long, KeyPath> members = new TreeMap<>();
            List<KeyPath> gone = new ArrayList<>();
            for (long epoch = 1; epoch <= 20; epoch++) {
                List<Long> leaving = some(random, List.copyOf(members.keySet()));
                List<Long> free = LongStream.range(0, 1L << 2 * height)
                        .filter(leaf -> !members.containsKey(leaf))
                        .boxed()
                        .toList();
                List<Long> joining = some(random, free);
                KeyBlock block =
                        KeyBlock.decode(rekey(tree, epoch, joining, leaving).encode());
                String where = "seed %d round %d epoch %d".formatted(SEED, round, epoch);
                leaving.forEach(leaf -> gone.add(members.remove(leaf)));
                for (KeyPath out : gone) {
                    assertThatThrownBy(() -> out.advance(block, publicKey, NOW))
                            .as(where)
                            .isInstanceOf(Refusal.class);
                }
                members.replaceAll((leaf, path) -> path.advance(block, publicKey, NOW));
                joining.forEach(leaf -> members.put(leaf, tree.path(leaf)));
                assertThat(tree.size()).isEqualTo(members.size());
                Set<String> secrets =
                        members.values().stream().map(m -> hex(m.secret())).collect(Collectors.toSet());
                assertThat(secrets).as(where).hasSizeLessThanOrEqualTo(1);
            }
        }
    }

    /** Whatever all who left held together, at any time, hides no later key. Found: a leaf or branch that emptied and filled again went on with the key that those who left know. */
    @Test
    void allWhoLeftTogetherKnowNoKeyThatHidesAnother() {
        for (int round = 0; round < 100; round++) {
            Random random = new Random(SEED + round);
            int height = 1 + random.nextInt(3);
            KeyTree tree = tree(height, round);
            List<Long> all = LongStream.range(0, 1L << 2 * height).boxed().toList();
            rekey(tree, 1, all, List.of());
            Set<String> known = new HashSet<>();
            Set<Long> present = new HashSet<>(all);
            for (long epoch = 2; epoch < 8; epoch++) {
                List<Long> leaving = some(random, List.copyOf(present));
                List<Long> joining = some(
                        random, all.stream().filter(l -> !present.contains(l)).toList());
                for (long leaf : leaving) {
                    Arrays.stream(tree.path(leaf).keys()).map(KeyTreeTest::hex).forEach(known::add);
                }
                present.removeAll(leaving);
                present.addAll(joining);
                List<String> before = IntStream.range(0, Quad.nodes(height))
                        .mapToObj(node -> hex(tree.key(node)))
                        .toList();
                KeyBlock block = rekey(tree, epoch, joining, leaving);
                String where = "seed %d round %d epoch %d".formatted(SEED, round, epoch);
                assertThat(known).as(where).doesNotContain(hex(tree.key(Quad.ROOT)));
                for (KeyBlock.Entry entry : block.entries()) {
                    assertThat(known)
                            .as("%s node %d", where, entry.by())
                            .doesNotContain(entry.own() ? before.get(entry.by()) : hex(tree.key(entry.by())));
                }
            }
        }
    }

    @Test
    void aJoinerHoldsNoEarlierKeyOfItsWay() {
        KeyTree tree = tree(3, 1);
        rekey(tree, 1, LongStream.range(0, 40).boxed().toList(), List.of());
        KeyPath other = tree.path(17);
        rekey(tree, 2, List.of(50L), List.of());
        Set<String> held =
                Arrays.stream(tree.path(50).keys()).map(KeyTreeTest::hex).collect(Collectors.toSet());
        assertThat(held)
                .doesNotContainAnyElementsOf(
                        Arrays.stream(other.keys()).map(KeyTreeTest::hex).toList());
    }

    @Test
    void aMemberThatMissedOneBlockNeedsItsPathAgain() {
        KeyTree tree = tree(2, 2);
        rekey(tree, 1, LongStream.range(0, 16).boxed().toList(), List.of());
        KeyPath held = tree.path(3);
        rekey(tree, 2, List.of(), List.of(9L));
        KeyBlock third = rekey(tree, 3, List.of(), List.of(10L));
        assertThatThrownBy(() -> held.advance(third, publicKey, NOW))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.CONFLICT));
        assertThat(tree.path(3).secret()).isEqualTo(tree.path(4).secret());
    }

    @Test
    void aBlockThatIsChangedAnywhereOrOverOrForeignMovesNobody() {
        KeyTree tree = tree(2, 3);
        rekey(tree, 1, LongStream.range(0, 16).boxed().toList(), List.of());
        KeyPath held = tree.path(3);
        KeyBlock block = rekey(tree, 2, List.of(), List.of(9L));
        byte[] octets = block.encode();
        for (int bit = 0; bit < octets.length * 8; bit++) {
            byte[] damaged = octets.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> held.advance(KeyBlock.decode(damaged), publicKey, NOW))
                    .as("bit %d", bit)
                    .isInstanceOf(Refusal.class);
        }
        assertThatThrownBy(() -> held.advance(block, publicKey, NOW + 86_401))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.REQUEST_TIMEOUT));
        assertThatThrownBy(() -> held.advance(block, octets(7), NOW)).isInstanceOf(RuntimeException.class);
        assertThat(held.advance(block, publicKey, NOW).epoch()).isEqualTo(2);
    }

    /** What literature counts: 4h - 1 for one of a full tree, one for each level for a join. */
    @Test
    void aBlockCarriesAsManyKeysAsLiteratureCounts() {
        KeyTree tree = tree(5, 4);
        List<Long> all = LongStream.range(0, 1024).boxed().toList();
        assertThat(rekey(tree, 1, all, List.of()).size()).isZero();
        assertThat(rekey(tree, 2, List.of(), List.of(77L)).size()).isEqualTo(19);
        assertThat(rekey(tree, 3, List.of(77L), List.of()).size()).isEqualTo(5);
        KeyBlock rotation = rekey(tree, 4, List.of(), List.of());
        assertThat(rotation.size()).isEqualTo(1);
    }

    @Test
    void theSameChangesGiveTheSameOctetsAndAWrongOneChangesNothing() {
        KeyTree one = tree(2, 5);
        KeyTree two = tree(2, 5);
        rekey(one, 1, List.of(1L, 2L, 3L), List.of());
        rekey(two, 1, List.of(3L, 2L, 1L), List.of());
        assertThatThrownBy(() -> rekey(two, 2, List.of(4L), List.of(5L))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rekey(two, 2, List.of(1L), List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rekey(two, 1, List.of(4L), List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> two.path(4)).isInstanceOf(IllegalArgumentException.class);
        assertThat(rekey(one, 2, List.of(), List.of(2L)).encode())
                .isEqualTo(rekey(two, 2, List.of(), List.of(2L)).encode());
    }

    private KeyBlock rekey(KeyTree tree, long epoch, List<Long> joining, List<Long> leaving) {
        return tree.rekey(epoch, NOW + 86_400, 1, new byte[16], joining, leaving, signingKey);
    }

    private static KeyTree tree(int height, long seed) {
        return new KeyTree(height, GROUP, 1, octets(seed));
    }

    private static byte[] octets(long seed) {
        byte[] octets = new byte[32];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static List<Long> some(Random random, List<Long> from) {
        double share = random.nextDouble() * 0.7;
        return from.stream().filter(l -> random.nextDouble() < share).toList();
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }
}
