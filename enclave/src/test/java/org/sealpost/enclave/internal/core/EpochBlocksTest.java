package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.Latest;
import org.sealpost.group.block.RatchetNotice;
import org.sealpost.onem2m.Refusal;

/** Epochs that come by blocks, between enclaves, without a network: eviction, joins, sleepers, generations, and what can't be opened. */
class EpochBlocksTest {
    private static final String SD = "subset-difference";

    @ParameterizedTest
    @ValueSource(strings = {SD, "complete-subtree"})
    void oneBlockEvictsOneAndMovesTheRest(String scheme) {
        Street s = new Street(scheme, 9);
        Party out = s.lamps.get(4);
        s.evict(out);
        byte[] latest = s.latest();
        for (Party lamp : s.in()) {
            assertThat(s.take(lamp, latest)).isInstanceOfSatisfying(EpochVerdict.Installed.class, i -> {
                assertThat(i.installation().fresh()).isTrue();
                assertThat(i.installation().epoch()).isEqualTo(2);
            });
            assertThat(s.current(lamp)).isTrue();
        }
        assertFault(s.take(out, latest), "excluded", 4103);
        assertThat(Street.held(out)).isEqualTo(1);
        assertThat(out.enclave.counters()).containsEntry("blocks.excluded", 1L);
        assertThat(out.enclave.openCommand(s.command("on")))
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4112));
        assertThatThrownBy(() -> s.push(out)).isInstanceOf(Refusal.class);
    }

    @Test
    void theServerTakesTheConfirmationOfABlockAndKnowsTheGeneration() {
        Street s = new Street(SD, 3);
        Party lamp = s.lamps.get(0);
        s.rotate();
        s.take(lamp);
        var answered = (OpenedRequest.Answered) s.confirm(lamp);
        assertThat(answered.confirmation()).hasValueSatisfying(c -> {
            assertThat(c.member()).isEqualTo(lamp.identity);
            assertThat(c.epoch()).isEqualTo(2);
            assertThat(c.generation())
                    .isEqualTo(s.server
                            .enclave
                            .epochMaterial(Street.LAMPS)
                            .orElseThrow()
                            .generation());
        });
    }

    @Test
    void anEpochIsOnDiskBeforeItIsTold() {
        Street s = new Street(SD, 3);
        Party lamp = s.lamps.get(0);
        s.rotate();
        lamp.disk.full(true);
        assertThatThrownBy(() -> s.take(lamp)).isInstanceOf(EnclaveUnavailable.class);
        lamp.disk.full(false);
        assertThat(Street.held(lamp)).isEqualTo(1);
        s.take(lamp);
        lamp.restart();
        assertThat(s.current(lamp)).isTrue();
        int saves = lamp.disk.saves;
        assertThat(s.take(lamp))
                .isInstanceOfSatisfying(
                        EpochVerdict.Installed.class,
                        i -> assertThat(i.installation().fresh()).isFalse());
        assertThat(lamp.disk.saves).isEqualTo(saves);
    }

    @Test
    void aJoinIsOneNoticeForEverybodyAndOneCredentialForTheJoiner() {
        Street s = new Street(SD, 4);
        byte[] before = s.latest();
        String old = s.command("on");
        Party joiner = s.lamp();
        s.join(joiner);
        assertThat(s.epoch()).isEqualTo(2);
        Latest latest = Latest.decode(s.latest());
        assertThat(latest.block().orElseThrow().encode())
                .isEqualTo(Latest.decode(before).block().orElseThrow().encode());
        byte[] notice = Latest.of(latest.notice().orElseThrow()).encode();
        assertThat(notice).hasSizeLessThan(150);
        for (Party lamp : s.in().subList(0, 4)) {
            s.take(lamp, notice);
            assertThat(s.current(lamp)).isTrue();
        }
        assertFault(s.take(joiner, notice), "generation", 4112);
        assertThat(s.push(joiner)).isInstanceOf(OpenedResponse.Confirmed.class);
        assertThat(s.current(joiner)).isTrue();
        assertThat(joiner.enclave.openCommand(old)).isInstanceOf(CommandVerdict.Refused.class);
        assertThat(s.take(joiner)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(s.lamps.get(0).enclave.openCommand(old))
                .as("within the overlap: nobody left")
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void whoSleptThroughEverythingNeedsTheNewestOnly() {
        Street s = new Street(SD, 8);
        Party sleeper = s.lamps.get(0);
        for (int round = 1; round < 4; round++) {
            s.evict(s.lamps.get(round));
            s.rotate();
            s.join(s.lamp());
            s.join(s.lamp());
        }
        assertThat(s.epoch()).isEqualTo(13);
        assertThat(s.take(sleeper)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(s.current(sleeper)).isTrue();
    }

    @Test
    void aSliceAndANoticeAreEnough() {
        Street s = new Street(SD, 30);
        for (int i = 0; i < 30; i += 5) {
            s.evict(s.lamps.get(i));
        }
        s.join(s.lamp());
        Party lamp = s.lamps.get(7);
        Latest whole = Latest.decode(s.latest());
        EpochBlock block = whole.block().orElseThrow();
        int taken = 0;
        for (int entry = 0; entry < block.header().entries(); entry++) {
            byte[] slice = Latest.of(block.slice(entry), whole.notice()).encode();
            if (s.take(lamp, slice) instanceof EpochVerdict.Installed) {
                taken++;
                break;
            }
            assertThat(Street.held(lamp)).isEqualTo(1);
        }
        assertThat(taken).isEqualTo(1);
        assertThat(s.current(lamp)).isTrue();
    }

    @Test
    void anEvictionEndsTheEpochBeforeAtOnceAndARotationDoesNot() {
        Street s = new Street(SD, 4);
        Party lamp = s.lamps.get(0);
        s.take(lamp);
        String first = s.command("on");
        s.rotate();
        s.take(lamp);
        assertThat(lamp.enclave.openCommand(first)).isInstanceOf(CommandVerdict.Execute.class);
        String second = s.command("off");
        s.evict(s.lamps.get(3));
        s.take(lamp);
        assertThat(lamp.enclave.openCommand(second))
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4112));
    }

    @Test
    void aLeafThatWasLeftIsNeverGivenAgain() {
        Street s = new Street(SD, 3);
        Party back = s.lamps.get(1);
        long leaf = leaf(s, back);
        s.evict(back);
        s.join(back);
        assertThat(leaf(s, back)).isEqualTo(4).isNotEqualTo(leaf);
        List<Member> pretended = s.server.enclave.members(Street.LAMPS).stream()
                .map(m -> m.identity().equals(back.identity) ? new Member(back.identity, "", leaf) : m)
                .toList();
        s.server.enclave.newEpoch(Street.LAMPS, s.epoch() + 1, pretended);
        assertThat(leaf(s, back)).isEqualTo(4);
        assertFault(s.take(back), "excluded", 4103);
        assertThat(s.push(back)).isInstanceOf(OpenedResponse.Confirmed.class);
        assertThat(s.current(back)).isTrue();
    }

    @Test
    void aGenerationIsPreparedGivenAndThenUsed() {
        Street s = new Street(SD, 4);
        Party relabelled = s.lamps.get(0);
        Party asleep = s.lamps.get(1);
        s.take(relabelled);
        s.take(asleep);
        s.server.enclave.prepareGeneration(Street.LAMPS);
        var prepared = s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow();
        assertThat(prepared.prepared()).isGreaterThan(prepared.generation());
        s.push(relabelled);
        s.rotate();
        assertThat(s.take(asleep)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(s.take(relabelled)).isInstanceOf(EpochVerdict.Installed.class);
        s.server.enclave.everybodyIsLabelled(Street.LAMPS, prepared.prepared());
        s.rotate();
        assertThat(s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow().generation())
                .isEqualTo(prepared.prepared());
        assertThat(s.take(relabelled)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(s.current(relabelled)).isTrue();
        assertFault(s.take(asleep), "generation", 4105);
        assertThat(s.push(asleep)).isInstanceOf(OpenedResponse.Confirmed.class);
        assertThat(s.current(asleep)).isTrue();
    }

    @Test
    void thePreparedGenerationWaitsForSleepersNoLongerThanItsGrace() {
        Street s = new Street(SD, 4);
        s.server.enclave.prepareGeneration(Street.LAMPS);
        long next = s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow().prepared();
        s.pass(AuthorityKeys.GRACE_SECONDS - 1);
        s.rotate();
        assertThat(s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow().generation())
                .isLessThan(next);
        s.pass(1);
        s.rotate();
        assertThat(s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow().generation())
                .isEqualTo(next);
    }

    @Test
    void whenTheTreeIsFullTheNextOneIsHigher() {
        Street s = new Street(SD, 1);
        List<Member> many = new java.util.ArrayList<>(s.members());
        for (int i = 0; i < 70; i++) {
            many.add(new Member("//sealpost.example/gw-north/Cstranger-" + i, "", 0));
        }
        long before = s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow().generation();
        s.server.enclave.admit(Street.LAMPS, many);
        var material = s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow();
        assertThat(material.generation()).isGreaterThan(before);
        assertThat(EpochBlock.decode(material.block()).header().height()).isEqualTo(8);
        Party lamp = s.lamps.get(0);
        assertFault(s.take(lamp), "generation", 4105);
        s.push(lamp);
        assertThat(s.current(lamp)).isTrue();
    }

    @Test
    void theSchemeChangesInOperation() {
        Street s = new Street("point-to-point", 3);
        Party lamp = s.lamps.get(0);
        assertThat(s.server.enclave.epochMaterial(Street.LAMPS)).isEmpty();
        for (String scheme : List.of(SD, "complete-subtree", "point-to-point", SD)) {
            s.server.enclave.createGroup(Street.LAMPS, Street.policy(scheme));
            s.rotate();
            assertThat(s.push(lamp)).isInstanceOf(OpenedResponse.Confirmed.class);
            boolean blocks = !scheme.equals("point-to-point");
            assertThat(s.server.enclave.epochMaterial(Street.LAMPS).isPresent()).isEqualTo(blocks);
            if (blocks) {
                s.rotate();
                s.take(lamp);
            }
            assertThat(s.current(lamp)).as(scheme).isTrue();
        }
        assertThatThrownBy(() -> s.server.enclave.createGroup(Street.LAMPS, Street.policy("none")))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void aPreviewTellsTheOctetsOfTheBlockThatComesThen() {
        Street s = new Street(SD, 20);
        Party out = s.lamps.get(11);
        int saves = s.server.disk.saves;
        var preview = s.server.enclave.previewEviction(Street.LAMPS, List.of(out.identity));
        assertThat(s.server.disk.saves).isEqualTo(saves);
        s.evict(out);
        byte[] block =
                s.server.enclave.epochMaterial(Street.LAMPS).orElseThrow().block();
        assertThat(preview.octets()).isEqualTo(block.length);
        assertThat(preview.entries())
                .isEqualTo(EpochBlock.decode(block).header().entries());
        assertThat(preview.newGeneration()).isFalse();
    }

    @Test
    void theStateOfAServerFromBeforeThereWereTreesIsRead() {
        byte[] old = new tools.jackson.dataformat.cbor.CBORMapper()
                .writeValueAsBytes(java.util.Map.of(
                        "policy",
                        java.util.Map.of(
                                "scheme",
                                "point-to-point",
                                "agentIsMember",
                                true,
                                "nonDelegableVerbs",
                                List.of(),
                                "overlapSeconds",
                                0,
                                "lifetimeSeconds",
                                1,
                                "algorithmFloor",
                                "A256GCM",
                                "secureEnvironment",
                                0),
                        "members",
                        List.of(),
                        "notBefore",
                        0,
                        "overlap",
                        0));
        StateImage.Group group = new tools.jackson.dataformat.cbor.CBORMapper().readValue(old, StateImage.Group.class);
        assertThat(group.tree()).isEmpty();
        assertThat(group.nextLeaf()).isEmpty();
    }

    @Test
    void aNoticeAfterAnotherBlockIsNotFollowed() {
        Street s = new Street(SD, 4);
        s.join(s.lamp());
        byte[] stale =
                Latest.of(Latest.decode(s.latest()).notice().orElseThrow()).encode();
        Party lamp = s.lamps.get(0);
        s.rotate();
        s.take(lamp);
        assertFault(s.take(lamp, stale), "older", 4105);
        RatchetNotice old = Latest.decode(stale).notice().orElseThrow();
        s.rotate();
        byte[] mixed = Latest.of(Latest.decode(s.latest()).block().orElseThrow(), java.util.Optional.of(old))
                .encode();
        assertThat(s.take(lamp, mixed)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(s.current(lamp)).isTrue();
    }

    /** Block and notice, each octet changed and each length cut: a lamp then holds what it held, or the true epoch of the part that was whole. */
    @Test
    void whatACacheKeepsIsDamagedAnywhere() {
        Street s = new Street(SD, 6);
        Party lamp = s.lamps.get(0);
        s.evict(s.lamps.get(3));
        String block = check(s);
        s.join(s.lamp());
        String notice = check(s);
        byte[] latest = s.latest();
        java.util.Map<String, byte[]> before = lamp.disk.copy();
        int refused = 0;
        for (int at = 0; at < 2 * latest.length; at++) {
            byte[] damaged = at < latest.length ? latest.clone() : java.util.Arrays.copyOf(latest, at - latest.length);
            if (at < latest.length) {
                damaged[at] ^= (byte) (1 << at % 8);
            }
            if (s.take(lamp, damaged) instanceof EpochVerdict.Installed) {
                assertThat(lamp.enclave.credentials().get(0).keyCheckValue())
                        .as("octet %d", at)
                        .isIn(block, notice);
                lamp.rollBack(before);
            } else {
                refused++;
                assertThat(lamp.disk.copy().get("main")).as("octet %d", at).isEqualTo(before.get("main"));
            }
        }
        assertThat(refused).isGreaterThan(latest.length + latest.length / 3);
        s.take(lamp, latest);
        assertThat(s.current(lamp)).isTrue();
    }

    /** Blocks of many epochs come backwards and twice: the newest is taken, and none after it. */
    @Test
    void blocksComeBackwardsAndTwice() {
        Street s = new Street(SD, 6);
        Party lamp = s.lamps.get(0);
        List<byte[]> all = new java.util.ArrayList<>();
        for (int i = 0; i < 5; i++) {
            s.rotate();
            all.add(s.latest());
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            s.take(lamp, all.get(i));
            s.take(lamp, all.get(i));
            assertThat(s.current(lamp)).as("after the block of epoch %d", i + 2).isTrue();
        }
    }

    private static String check(Street s) {
        return s.server.enclave.currentEpoch(Street.LAMPS).orElseThrow().keyCheckValue();
    }

    private static long leaf(Street s, Party party) {
        return s.server.enclave.members(Street.LAMPS).stream()
                .filter(m -> m.identity().equals(party.identity))
                .findFirst()
                .orElseThrow()
                .leaf();
    }

    private static void assertFault(EpochVerdict verdict, String fault, int status) {
        assertThat(verdict).isInstanceOfSatisfying(EpochVerdict.Refused.class, r -> {
            assertThat(r.fault()).as(r.sentence()).isEqualTo(fault);
            assertThat(r.status()).isEqualTo(status);
        });
    }
}
