package org.sealpost.load.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.load.LoadMain;
import org.sealpost.oscore.cose.CoseSign1;
import picocli.CommandLine;

/** The short form of {@code load groups}: a small group, every figure, and what of a million members takes no million devices. */
class GroupLoadTest {
    private static final long SEED = 7;

    @Test
    void everySchemeRunsAndEveryFigureIsMeasured(@TempDir Path charts) throws Exception {
        GroupLoad.Outcome outcome = new GroupLoad(400, 300, 60, 30, 8, 40, SEED).run(line -> {});
        var json = outcome.figures().json();
        for (String figure : List.of(
                "evict1_bytes_mean",
                "evict1_bytes_max",
                "evict100_bytes_max",
                "join_bytes_max",
                "slice1_bytes_max",
                "slice100_bytes_max",
                "block_ms_median",
                "server_heap_mib",
                "confirmed_s_loss1",
                "confirmed_s_loss10",
                "joins_psk_per_s",
                "joins_signed_per_s")) {
            assertThat(json.get(figure).asDouble()).as(figure).isGreaterThan(0);
        }
        assertThat(json.values()).allMatch(v -> v.isValueNode());
        assertThat(outcome.rows())
                .extracting(GroupLoad.Row::scheme)
                .containsOnly(
                        "subset-difference *",
                        "subset-difference",
                        "complete-subtree",
                        "lkh-4",
                        "point-to-point",
                        "mls");
        assertThat(outcome.rows()).allSatisfy(row -> {
            assertThat(row.cost().mean()).as(row.scheme()).isGreaterThan(100);
            assertThat(row.spread().half())
                    .isPositive()
                    .isLessThanOrEqualTo(row.spread().all());
        });
        Charts.write(charts, outcome.rows());
        assertThat(Files.readString(charts.resolve("evict.svg"))).contains("<svg", "lkh-4", "mls");
        assertThat(Table.of(outcome.rows()).lines()).hasSize(outcome.rows().size() + 1);
        assertThat(Goals.lines(outcome.figures())).hasSize(Goals.values().length);
    }

    /** The sizes that the project promises, from trees of a million leaves. */
    @Test
    void blocksOfAMillionMembersAreAsSmallAsPromised() {
        Sizes sizes = new Sizes(TreeScheme.SUBSET_DIFFERENCE, 1_000_000, SEED);
        sizes.measure(150, line -> {});
        assertThat(sizes.one.getAverage()).isLessThanOrEqualTo(320);
        assertThat(sizes.one.getMax()).isLessThanOrEqualTo(400);
        assertThat(sizes.oneSlice.getMax()).isLessThanOrEqualTo(280);
        assertThat(sizes.hundred.getMax()).isLessThanOrEqualTo(3300);
        assertThat(sizes.hundredSlice.getMax()).isLessThanOrEqualTo(340);
        assertThat(sizes.notice.getMax()).isLessThanOrEqualTo(150);
        assertThat(sizes.sliceSteps.getMax()).isBetween(10, 40);
        assertThat(sizes.blockSteps.getMax()).isBetween(10, 40);
        assertThat(sizes.recovery(500, 100).octets()).isLessThanOrEqualTo(340);
    }

    @Test
    void aSeedGivesTheSameNetworkAgain() {
        assertThat(spread(3)).isEqualTo(spread(3)).isNotEqualTo(spread(4));
    }

    @Test
    void aDeviceThatSleepsIsConfirmedWhenItWakes() {
        Spread awake = spread(Air.GOOD, 5);
        Spread asleep = spread(Air.SLEEPY, 5);
        assertThat(asleep.all()).isGreaterThan(10).isLessThan(40);
        assertThat(awake.all()).isLessThan(10);
    }

    /** What the figures would say if a confirmation were not verified: it is, so that a wrong one ends the run. */
    @Test
    void aConfirmationOfOtherKeysEndsTheRun() {
        Pair[] pairs = Pair.many(2, SEED);
        TreeUnderTest scheme = new TreeUnderTest(TreeScheme.SUBSET_DIFFERENCE, 20, 2, SEED);
        byte[] secret = TestGroup.octets(1, 32);
        Joins.psk(scheme, pairs, secret);
        Confirmations confirmations = new Confirmations(pairs);
        byte[] proof = confirmations.confirm(0, scheme.epoch(), scheme.keys());
        scheme.evict();
        assertThatThrownBy(() -> confirmations.verify(0, proof, scheme.epoch(), scheme.keys()))
                .isInstanceOf(IllegalStateException.class);
    }

    /** What the harness saves for devices without processors of their own is never taken for something else. */
    @Test
    void onlyTheSameOctetsUnderTheSameKeyAreVerifiedOnce() {
        byte[] seed = TestGroup.octets(1, 32);
        byte[] key = TestGroup.publicKey(seed);
        byte[] aad = {1};
        CoseSign1 signed = CoseSign1.sign(seed, aad, new byte[] {2});
        VerifiedOnce check = new VerifiedOnce();
        for (int i = 0; i < 2; i++) {
            assertThat(check.holds(signed, key, aad)).isTrue();
            byte[] other = signed.signature().clone();
            other[i] ^= 1;
            assertThat(check.holds(new CoseSign1(signed.payload(), other), key, aad))
                    .isFalse();
            assertThat(check.holds(new CoseSign1(new byte[] {3}, signed.signature()), key, aad))
                    .isFalse();
            assertThat(check.holds(signed, key, new byte[] {2})).isFalse();
            assertThat(check.holds(signed, TestGroup.publicKey(TestGroup.octets(2, 32)), aad))
                    .isFalse();
        }
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThat(new CommandLine(new LoadMain()).execute("groups", "--members", "3"))
                .isEqualTo(2);
        assertThat(new CommandLine(new LoadMain()).execute()).isEqualTo(2);
    }

    private static List<Object> spread(long seed) {
        Spread s = spread(Air.BAD, seed);
        return List.of(s.half(), s.most(), s.all(), s.tally().fromDevices);
    }

    private static Spread spread(Air air, long seed) {
        Pair[] pairs = Pair.many(100, SEED);
        TreeUnderTest scheme = new TreeUnderTest(TreeScheme.SUBSET_DIFFERENCE, 120, 100, SEED);
        Joins.psk(scheme, pairs, TestGroup.octets(1, 32));
        return Spread.run(scheme, new Confirmations(pairs), air, seed);
    }
}
