package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.sealpost.enclave.internal.core.Provisioning.DOOR;
import static org.sealpost.enclave.internal.core.Provisioning.MAF;
import static org.sealpost.enclave.internal.core.Provisioning.MEF;
import static org.sealpost.enclave.internal.core.Provisioning.SERVER;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.AuthorityKeys.ProvisionedPeer;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.ClientKeys.ProvisionedKey;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.FunctionKeys.ClientFacts;
import org.sealpost.enclave.FunctionKeys.KeyGrant;
import org.sealpost.onem2m.Refusal;

/** From the manufacturer's credential to a group credential, between enclaves; and everybody who tries otherwise. */
class ProvisioningTest {
    private final Provisioning p = new Provisioning();

    @Test
    @Tag("S-19")
    @Tag("D-13")
    @Tag("E-01")
    void aDeviceWithJustItsManufacturersCredentialGetsItsGroupCredential() {
        p.provisioned();
        var facts = p.door.enclave.enrolment().orElseThrow();
        assertThat(facts.identity()).isEqualTo(DOOR);
        assertThat(facts.server()).isEqualTo(SERVER);
        assertThat(facts.rootKeyId()).isEqualTo(p.server.enclave.found(SERVER).rootKeyId());
        assertThat(facts.keyId()).endsWith("@" + MEF);
        assertThat(p.server.enclave.provisionedPeers())
                .containsExactly(new ProvisionedPeer(DOOR, facts.keyId(), "", Optional.of(p.door.enclave.attest())));
        assertThat(p.credentialArrives()).isTrue();
        assertThat(p.kinds()).contains("token.used", "client.registered", "key.registered", "key.retrieved");
        assertThat(p.mef.enclave.clients())
                .extracting(ClientFacts::identity, ClientFacts::state, ClientFacts::keys)
                .containsExactly(tuple(SERVER, "enrolled", 0), tuple(DOOR, "enrolled", 1));
    }

    @Test
    @Tag("SE-01")
    @Tag("SE-09")
    void noSecretOfAnyEnclaveGoesOverTheConnection() {
        ByteArrayOutputStream hop = new ByteArrayOutputStream();
        Provisioning.Wire tap = (to, octets) -> {
            hop.writeBytes(octets);
            return octets;
        };
        p.run(p.server, p.mef, ExchangeGoal.follow(), tap);
        p.run(p.door, p.mef, ExchangeGoal.enrol(), tap);
        p.run(p.server, p.mef, ExchangeGoal.follow(), tap);
        String seen = new String(hop.toByteArray(), StandardCharsets.ISO_8859_1);
        assertThat(p.door.secrets).hasSizeGreaterThan(5);
        for (Party party : List.of(p.door, p.server, p.mef)) {
            for (byte[] secret : party.secrets) {
                assertThat(seen).doesNotContain(new String(secret, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(p.credentialArrives()).isTrue();
    }

    @Test
    @Tag("S-23")
    void aPartyThatIsNotTheMefIsFoundOut() {
        p.serverFollows();
        Party gateway = new Party(MEF);
        gateway.enclave.foundFunction("MEF", MEF);
        Party other = new Party("//sealpost.example/x/Cother");
        gateway.enclave.manufacture(other.enclave.manufactureRequest(), "door-1", "tls://127.0.0.1:1");
        ExchangeResult result = p.run(p.door, gateway, ExchangeGoal.enrol());
        assertThat(result.status()).isEqualTo(4106);
        assertThat(result.sentence()).contains("refuses the connection");
        assertThat(p.door.enclave.enrolment()).isEmpty();
        assertThat(p.enrolDoor().good()).isTrue();
    }

    @Test
    @Tag("S-19")
    void aWrongKpmIsRefusedAndAudited() {
        Party thief = new Party(DOOR);
        Party elsewhere = new Party(MEF);
        elsewhere.enclave.foundFunction("MEF", MEF);
        thief.enclave.acceptManufacture(elsewhere
                .enclave
                .manufacture(thief.enclave.manufactureRequest(), "door-1", "tls://127.0.0.1:1")
                .manufacturePackage());
        assertThat(p.run(thief, p.mef, ExchangeGoal.enrol()).status()).isEqualTo(4106);
        assertThat(p.events).anySatisfy(e -> {
            assertThat(e.kind()).isEqualTo("handshake.failed");
            assertThat(e.sentence()).contains("not authentic");
        });
    }

    @Test
    void anUnknownKpmIdIsRefused() {
        Party stranger = new Party(DOOR);
        Party elsewhere = new Party(MEF);
        elsewhere.enclave.foundFunction("MEF", MEF);
        stranger.enclave.acceptManufacture(elsewhere
                .enclave
                .manufacture(stranger.enclave.manufactureRequest(), "unknown", "tls://127.0.0.1:1")
                .manufacturePackage());
        assertThat(p.run(stranger, p.mef, ExchangeGoal.enrol()).status()).isEqualTo(4106);
        assertThat(p.kinds()).contains("handshake.failed");
    }

    @Test
    void aCopyOfTheEnclaveCannotEnrolWithTheSameToken() {
        Party copy = new Party(DOOR);
        copy.disk.copy(p.door.disk);
        copy.restart();
        p.provisioned();
        ExchangeResult second = p.run(copy, p.mef, ExchangeGoal.enrol());
        assertThat(second.status()).isEqualTo(4103);
        assertThat(second.sentence()).contains("used before");
        assertThat(p.kinds()).contains("token.reused");
        assertThat(copy.enclave.enrolment()).isEmpty();
        assertThat(p.credentialArrives()).isTrue();
    }

    @Test
    void aRecordedConnectionIsNoUseToWhoeverReplaysIt() {
        p.serverFollows();
        List<byte[]> recorded = new ArrayList<>();
        p.run(p.door, p.mef, ExchangeGoal.enrol(), (to, octets) -> {
            if (to) {
                recorded.add(octets);
            }
            return octets;
        });
        int saves = p.mef.disk.saves;
        String connection = p.mef.enclave.acceptConnection();
        boolean over = false;
        for (byte[] octets : recorded) {
            over = over || p.mef.enclave.continueConnection(connection, octets).over();
        }
        assertThat(over).isTrue();
        assertThat(p.mef.disk.saves).isEqualTo(saves);
    }

    /** Each message changed in one octet: a failure, nothing weaker, and the next attempt succeeds. */
    @Test
    void changedMessagesFailAndLeaveNothingBehind() {
        long seed = 4711;
        Random random = new Random(seed);
        p.serverFollows();
        for (int victim = 0; victim < 14; victim++) {
            Provisioning fresh = new Provisioning();
            fresh.serverFollows();
            int at = victim;
            int[] count = {0};
            ExchangeResult result = attempt(fresh, (to, octets) -> {
                if (count[0]++ == at && octets.length > 0) {
                    byte[] changed = octets.clone();
                    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                    return changed;
                }
                return octets;
            });
            if (count[0] > at) {
                assertThat(result.good()).as("seed %d, message %d", seed, at).isFalse();
            }
            recover(fresh);
            assertThat(fresh.credentialArrives())
                    .as("seed %d, message %d", seed, at)
                    .isTrue();
        }
    }

    /** Found by killing an MEF between the two: the device had its key with the server, and never asked for the rest. */
    @Test
    void aRunThatEndsBetweenTwoCommandsIsUnfinishedUntilAllAreDone() {
        p.maf.enclave.foundFunction("MAF", MAF);
        p.join(p.maf, MAF, "MAF", List.of());
        p.assign(
                p.doorCredential,
                DOOR,
                List.of(
                        new KeyGrant(23, SERVER, Optional.empty()),
                        new KeyGrant(21, MAF, Optional.of("tls://127.0.0.1:2"))));
        p.serverFollows();
        assertThatThrownBy(() -> p.run(p.door, p.mef, ExchangeGoal.enrol(), (toFunction, octets) -> {
                    if (p.door.enclave.enrolment().isPresent()) {
                        throw new IllegalStateException("the MEF was killed");
                    }
                    return octets;
                }))
                .hasMessage("the MEF was killed");
        assertThat(p.door.enclave.functions())
                .singleElement()
                .satisfies(f -> assertThat(f.registered() && f.unfinished()).isTrue());
        p.mef.restart();
        p.door.restart();
        assertThat(p.enrolDoor().good()).isTrue();
        assertThat(p.door.enclave.functions()).noneMatch(f -> f.unfinished()).anySatisfy(f -> {
            assertThat(f.fqdn()).isEqualTo(MAF);
            assertThat(f.credentialId()).endsWith("@" + MEF);
        });
        p.serverFollows();
        assertThat(p.server.enclave.provisionedPeers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.keyId())
                        .isEqualTo(p.door.enclave.enrolment().orElseThrow().keyId()));
        assertThat(p.credentialArrives()).isTrue();
    }

    /** Each message cut off: it has no effect at all, and the next attempt succeeds. */
    @Test
    void truncatedMessagesHaveNoEffect() {
        for (int victim = 0; victim < 14; victim++) {
            Provisioning fresh = new Provisioning();
            fresh.serverFollows();
            int at = victim;
            int[] count = {0};
            int[] saves = {0};
            attempt(fresh, (to, octets) -> {
                if (count[0]++ == at) {
                    saves[0] = fresh.mef.disk.saves;
                    return java.util.Arrays.copyOf(octets, Math.max(0, octets.length - 1));
                }
                return octets;
            });
            if (count[0] > at) {
                assertThat(fresh.mef.disk.saves).isEqualTo(saves[0]);
            }
            recover(fresh);
            assertThat(fresh.credentialArrives()).as("message %d", at).isTrue();
        }
    }

    /** Whoever dies before whichever message, and whichever save fails: nobody is locked out, and both have the same key in the end. */
    @ParameterizedTest
    @ValueSource(strings = {"door", "mef", "server", "all"})
    void aCrashAtAnyMomentLocksNobodyOutAndLeavesNoKeyInDoubt(String victim) {
        for (int moment = 0; moment < 30; moment++) {
            Provisioning fresh = new Provisioning();
            int at = moment;
            int[] count = {0};
            Provisioning.Wire wire = (to, octets) -> {
                if (count[0]++ == at) {
                    crash(fresh, victim);
                    throw new Cut();
                }
                return octets;
            };
            attempt(fresh, fresh.server, ExchangeGoal.follow(), wire);
            attempt(fresh, fresh.door, ExchangeGoal.enrol(), wire);
            attempt(fresh, fresh.server, ExchangeGoal.follow(), wire);
            recover(fresh);
            assertThat(fresh.credentialArrives())
                    .as("%s at message %d", victim, at)
                    .isTrue();
            assertThat(fresh.server.enclave.provisionedPeers())
                    .extracting(ProvisionedPeer::keyId)
                    .containsExactly(
                            fresh.door.enclave.enrolment().orElseThrow().keyId());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"door", "mef", "server"})
    void aSaveThatFailsIsACrashToo(String victim) {
        for (int save = 1; save < 12; save++) {
            Provisioning fresh = new Provisioning();
            Party party = party(fresh, victim);
            party.disk.failAt = party.disk.saves + save;
            attempt(fresh, fresh.server, ExchangeGoal.follow(), (to, octets) -> octets);
            attempt(fresh, fresh.door, ExchangeGoal.enrol(), (to, octets) -> octets);
            attempt(fresh, fresh.server, ExchangeGoal.follow(), (to, octets) -> octets);
            party.disk.failAt = 0;
            party.restart();
            recover(fresh);
            assertThat(fresh.credentialArrives())
                    .as("%s at save %d", victim, save)
                    .isTrue();
        }
    }

    @Test
    void aDeviceThatLostItsStateGetsAFreshCredentialAndItsOldKeysEnd() {
        p.provisioned();
        assertThat(p.credentialArrives()).isTrue();
        String old = p.door.enclave.enrolment().orElseThrow().keyId();
        Party lost = p.door;
        p.door = new Party(DOOR);
        p.manufacture(p.door, "door-1");
        assertThat(p.run(lost, p.mef, ExchangeGoal.enrol()).status()).isEqualTo(4106);
        assertThat(p.enrolDoor().good()).isTrue();
        p.serverFollows();
        assertThat(p.server.enclave.provisionedPeers()).singleElement().satisfies(peer -> {
            assertThat(peer.ended()).isEqualTo("reenrolled");
            assertThat(peer.keyId()).isNotEqualTo(old);
        });
        assertThat(p.credentialArrives()).isTrue();
        assertThat(lost.enclave.credentials()).hasSize(1);
        assertThat(p.kinds()).contains("client.reenrolled");
    }

    @Test
    void theOperatorsPermissionIsGoodForOneEnrolment() {
        Party before = new Party(DOOR);
        before.disk.copy(p.door.disk);
        p.provisioned();
        p.mef.enclave.permitClient(p.doorCredential);
        p.door = before;
        p.door.restart();
        assertThat(p.enrolDoor().good()).isTrue();
        p.serverFollows();
        assertThat(p.credentialArrives()).isTrue();
        Party again = new Party(DOOR);
        again.disk.copy(p.door.disk);
        assertThat(p.kinds()).contains("permission.used");
    }

    @Test
    void aRevokedDeviceIsOutAtTheMefAndAtTheServer() {
        p.provisioned();
        assertThat(p.run(p.server, p.mef, ExchangeGoal.revoke(DOOR, "stolen")).good())
                .isTrue();
        assertThat(p.serverFollows().changed()).hasSize(1);
        assertThat(p.server.enclave.provisionedPeers())
                .containsExactly(new ProvisionedPeer(DOOR, "", "revoked", Optional.empty()));
        assertThatThrownBy(p::credentialArrives)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4112));
        assertThat(p.enrolDoor().status()).isEqualTo(4106);
        assertThat(p.mef.enclave.clients())
                .anySatisfy(c -> assertThat(c.state()).isEqualTo("revoked: stolen"));
    }

    @Test
    void aDeviceMayRevokeNobody() {
        p.provisioned();
        assertThat(p.run(p.door, p.mef, ExchangeGoal.revoke(SERVER, "mine")).status())
                .isEqualTo(4103);
    }

    @Test
    @Tag("S-20")
    void aTargetThatIsNotOnTheListGetsNoKey() {
        p.provisioned();
        String keyId = p.door.enclave.enrolment().orElseThrow().keyId();
        Party spy = new Party("//sealpost.example/gw-north/Cspy");
        String credential = p.manufacture(spy, "spy");
        p.assign(credential, spy.identity, List.of());
        ExchangeResult refused = p.run(spy, p.mef, ExchangeGoal.retrieve(keyId));
        assertThat(refused.status()).isEqualTo(4103);
        assertThat(p.run(spy, p.mef, ExchangeGoal.register(23, List.of(SERVER))).status())
                .isEqualTo(4103);
        assertThat(p.kinds()).contains("key.refused");
    }

    @Test
    void aClaimToAnotherIdentityIsRefused() {
        Party liar = new Party("//sealpost.example/gw-north/Cdoor-2");
        String credential = p.manufacture(liar, "liar");
        p.assign(credential, "//sealpost.example/gw-north/Cdoor-3", List.of());
        assertThat(p.run(liar, p.mef, ExchangeGoal.enrol()).status()).isEqualTo(4103);
    }

    @Test
    void anEnrolledDeviceDoesNotChangeOwners() {
        p.provisioned();
        p.server.enclave.revokePeer(DOOR);
        Party other = new Party("//other.example/in-cse");
        other.enclave.found(other.identity);
        String credential = p.manufacture(other, "other");
        p.mef.enclave.assignClient(
                credential,
                new org.sealpost.enclave.FunctionKeys.ClientAssignment(other.identity, "SERVER", List.of(), false));
        p.run(other, p.mef, ExchangeGoal.follow());
        p.assign(p.doorCredential, DOOR, List.of(new KeyGrant(23, other.identity, Optional.empty())));
        ExchangeResult result = p.enrolDoor();
        assertThat(result.sentence()).contains("enrolled with another root");
        assertThat(p.door.enclave.enrolment().orElseThrow().server()).isEqualTo(SERVER);
    }

    @Test
    void duringOperationAMafGivesKeysForEsprimAndEsdata() {
        p.maf.enclave.foundFunction("MAF", MAF);
        p.join(p.maf, MAF, "MAF", List.of());
        KeyGrant atMaf = new KeyGrant(21, MAF, Optional.of("tls://127.0.0.1:2"));
        p.mef.enclave.assignClient(
                "server@" + MEF,
                new org.sealpost.enclave.FunctionKeys.ClientAssignment(SERVER, "SERVER", List.of(atMaf), true));
        p.assign(p.doorCredential, DOOR, List.of(new KeyGrant(23, SERVER, Optional.empty()), atMaf));
        assertThat(p.run(p.server, p.mef, ExchangeGoal.enrol()).good()).isTrue();
        p.provisioned();
        assertThat(p.run(p.maf, p.mef, ExchangeGoal.follow()).changed()).hasSize(2);
        String fromMef = p.door.enclave.enrolment().orElseThrow().keyId();

        ExchangeResult registered = p.run(p.door, p.maf, ExchangeGoal.register(33, List.of(SERVER)));
        assertThat(registered.good()).as(registered.sentence()).isTrue();
        String fromMaf = p.door.enclave.enrolment().orElseThrow().keyId();
        assertThat(fromMaf).endsWith("@" + MAF).isNotEqualTo(fromMef);
        assertThat(p.run(p.server, p.maf, ExchangeGoal.follow()).changed()).containsExactly(fromMaf);
        assertThat(p.credentialArrives()).isTrue();

        assertThat(p.run(p.door, p.maf, ExchangeGoal.register(34, List.of(SERVER)))
                        .good())
                .isTrue();
        assertThat(p.run(p.server, p.maf, ExchangeGoal.follow()).changed()).hasSize(1);
        assertThat(p.server.enclave.provisionedKeys())
                .filteredOn(k -> k.usage() == 34)
                .extracting(ProvisionedKey::keyId)
                .isEqualTo(p.door.enclave.provisionedKeys().stream()
                        .filter(k -> k.usage() == 34)
                        .map(ProvisionedKey::keyId)
                        .toList());
        assertThat(p.door.enclave.functions())
                .extracting(f -> f.kind(), f -> f.registered())
                .containsExactly(tuple("MEF", true), tuple("MAF", true));

        p.run(p.server, p.mef, ExchangeGoal.revoke(DOOR, "stolen"));
        p.run(p.maf, p.mef, ExchangeGoal.follow());
        assertThat(p.run(p.door, p.maf, ExchangeGoal.follow()).status()).isEqualTo(4106);
        assertThat(p.run(p.server, p.maf, ExchangeGoal.follow()).changed()).hasSize(2);
        assertThat(p.server.enclave.provisionedPeers())
                .containsExactly(new ProvisionedPeer(DOOR, "", "revoked", Optional.empty()));
    }

    /** Two devices that no enrolment brought together: the key of the first message is fetched from the MAF (TS-0003 8.4.2 A.ii, C.6a). */
    @Test
    @Tag("E-26")
    void aKeyOfAMafIsFetchedForTheFirstMessageOfAnotherDevice() {
        Party sensor = new Party("//sealpost.example/gw-north/Csensor-1");
        p.maf.enclave.foundFunction("MAF", MAF);
        p.join(p.maf, MAF, "MAF", List.of());
        KeyGrant atMaf = new KeyGrant(21, MAF, Optional.of("tls://127.0.0.1:2"));
        p.assign(p.doorCredential, DOOR, List.of(new KeyGrant(23, SERVER, Optional.empty()), atMaf));
        p.assign(
                p.manufacture(sensor, "sensor-1"),
                sensor.identity,
                List.of(new KeyGrant(23, SERVER, Optional.empty()), atMaf));
        p.serverFollows();
        assertThat(p.enrolDoor().good()).isTrue();
        assertThat(p.run(sensor, p.mef, ExchangeGoal.enrol()).good()).isTrue();
        p.run(p.maf, p.mef, ExchangeGoal.follow());

        assertThat(p.run(p.door, p.maf, ExchangeGoal.register(33, List.of(sensor.identity)))
                        .changed())
                .hasSize(1);
        assertThat(p.run(sensor, p.maf, ExchangeGoal.follow()).status()).isEqualTo(2000);
        String object = sealed(sensor, "m1");
        assertThat(sensor.enclave.openRequest(object)).isInstanceOf(OpenedRequest.Inner.class);
        assertThat(sensor.enclave.wantedKey(object)).isEmpty();

        String another = sealed(sensor, "m2").replaceFirst("^[^.]*", "e30");
        assertThat(sensor.enclave.wantedKey(another)).isEmpty();
        assertThat(p.door.enclave.enrolment().orElseThrow().keyId()).endsWith("@" + MEF);
    }

    @Test
    void aFollowerKeepsItsConnection() {
        p.serverFollows();
        var step = p.server.enclave.openExchange(MEF, ExchangeGoal.follow(), Optional.empty());
        String connection = p.mef.enclave.acceptConnection();
        for (int round = 0; round < 2; round++) {
            while (step.result().isEmpty()) {
                step = p.server.enclave.continueExchange(
                        step.exchange(),
                        p.mef.enclave
                                .continueConnection(connection, step.send())
                                .send());
            }
            assertThat(step.result().get().changed()).hasSize(round);
            if (round == 0) {
                p.enrolDoor();
                step = p.server.enclave.continueExchange(step.exchange(), new byte[0]);
            }
        }
        assertThat(p.credentialArrives()).isTrue();
    }

    @Test
    @Tag("SE-01")
    void aPackageForAnotherEnclaveIsRefused() {
        Party other = new Party("//sealpost.example/x/Cother");
        other.enclave.manufactureRequest();
        var forDoor = p.mef.enclave.manufacture(p.door.enclave.manufactureRequest(), "door-9", "tls://127.0.0.1:1");
        assertThatThrownBy(() -> other.enclave.acceptManufacture(forDoor.manufacturePackage()))
                .isInstanceOf(Refusal.class);
        assertThat(other.enclave.functions()).isEmpty();
    }

    private static final class Cut extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Cut() {
            super("cut", null, false, false);
        }
    }

    private static ExchangeResult attempt(Provisioning p, Provisioning.Wire wire) {
        return attempt(p, p.door, ExchangeGoal.enrol(), wire);
    }

    private static ExchangeResult attempt(Provisioning p, Party client, ExchangeGoal goal, Provisioning.Wire wire) {
        try {
            return p.run(client, p.mef, goal, wire);
        } catch (Cut | EnclaveUnavailable | Refusal interrupted) {
            return new ExchangeResult(5103, "interrupted", List.of(), 0);
        } catch (AssertionError silent) {
            return new ExchangeResult(5103, "the connection ended", List.of(), 0);
        }
    }

    /** What the programs do by themselves: the server follows, the door tries until it is enrolled. */
    private static void recover(Provisioning p) {
        p.serverFollows();
        if (p.door.enclave.enrolment().isEmpty()) {
            assertThat(p.enrolDoor().sentence()).startsWith("done with");
        }
        p.serverFollows();
    }

    private static void crash(Provisioning p, String victim) {
        if (victim.equals("all")) {
            List.of(p.door, p.mef, p.server).forEach(Party::restart);
        } else {
            party(p, victim).restart();
        }
    }

    private static Party party(Provisioning p, String name) {
        return switch (name) {
            case "door" -> p.door;
            case "mef" -> p.mef;
            default -> p.server;
        };
    }
}
