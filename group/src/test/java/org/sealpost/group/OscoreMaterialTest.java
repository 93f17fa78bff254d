package org.sealpost.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.SignatureAlgorithm;

/** What Group OSCORE gets from an epoch: identifiers that are unique without a list, secrets that differ wherever anything differs. */
class OscoreMaterialTest {
    private static final String DOORS = "//sealpost.example/in-cse/cse-in/fire-doors";
    private static final String SENSORS = "//sealpost.example/in-cse/cse-in/fire-sensors";

    @Test
    void aGidNamesOneGroupAndEpoch() {
        Set<String> seen = new HashSet<>();
        for (String group : new String[] {DOORS, SENSORS}) {
            for (long epoch : new long[] {1, 2, 255, 256, 65_536, 999_999_999_999_999_999L}) {
                byte[] gid = OscoreMaterial.gid(group, epoch);
                assertThat(seen.add(HexFormat.of().formatHex(gid))).isTrue();
                assertThat(gid.length).isBetween(7, 14);
                assertThat(OscoreMaterial.epoch(group, gid)).isEqualTo(epoch);
                assertThat(OscoreMaterial.epoch(group.equals(DOORS) ? SENSORS : DOORS, gid))
                        .isZero();
            }
        }
    }

    @Test
    void aGidHasOneSpelling() {
        String gid = HexFormat.of().formatHex(OscoreMaterial.gid(DOORS, 7));
        for (String other : new String[] {
            gid + "00".repeat(8), gid.substring(0, 12) + "0007", gid.substring(0, 12), "", gid.substring(0, 12) + "00"
        }) {
            assertThat(OscoreMaterial.epoch(DOORS, HexFormat.of().parseHex(other)))
                    .as(other)
                    .isZero();
        }
    }

    @Test
    void aSenderIdIsALeafAndBack() {
        for (long leaf : new long[] {0, 1, 255, 256, 0xffffffffL}) {
            assertThat(OscoreMaterial.leaf(OscoreMaterial.senderId(leaf))).isEqualTo(leaf);
        }
        for (String none : new String[] {"", "0001", "0100000000"}) {
            assertThat(OscoreMaterial.leaf(HexFormat.of().parseHex(none))).isEqualTo(-1);
        }
    }

    @Test
    void secretsDifferByGroupEpochAndAlgorithm() {
        byte[] secret = new byte[32];
        Set<String> seen = new HashSet<>();
        for (GroupAlgorithms algorithms : new GroupAlgorithms[] {
            GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_128_128, SignatureAlgorithm.ES256),
            GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_128_128, SignatureAlgorithm.EDDSA),
            GroupAlgorithms.both(AeadAlgorithm.A128GCM, SignatureAlgorithm.ES256),
            new GroupAlgorithms(
                    Optional.empty(),
                    Optional.of(AeadAlgorithm.AES_CCM_16_128_128),
                    Optional.of(SignatureAlgorithm.ES256))
        }) {
            for (String group : new String[] {DOORS, SENSORS}) {
                for (long epoch : new long[] {1, 2}) {
                    OscoreMaterial made =
                            OscoreMaterial.of(EpochKeys.derive(secret, group, epoch), group, epoch, algorithms);
                    assertThat(seen.add(HexFormat.of().formatHex(made.masterSecret())))
                            .isTrue();
                    assertThat(seen.add(HexFormat.of().formatHex(made.masterSalt())))
                            .isTrue();
                }
            }
        }
    }
}
