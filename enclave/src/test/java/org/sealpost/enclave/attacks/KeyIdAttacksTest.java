package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Base64Url;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;

/** A2: key ids are hints that others can make collide. */
class KeyIdAttacksTest {
    private static final String OTHER_DOORS = "//sealpost.example/gw-south/cse-mn/fire-doors";

    private final Building b = new Building();

    @Test
    @DisplayName(
            "A2 two groups with one key id and equal sender ids: only the right key opens, and each group's commands arrive")
    void a2TwoGroupsShareAKeyId() {
        b.server.enclave.createGroup(OTHER_DOORS, Building.policy(0));
        b.server.enclave.newEpoch(OTHER_DOORS, 1, List.of(Building.member(b.door1, 1)));
        b.distribute();
        b.push(b.door1, OTHER_DOORS);
        String toBoth = command(Building.DOORS);
        String toOne = command(OTHER_DOORS);
        assertThat(header(toBoth).replaceAll("\"ins\".*", ""))
                .isEqualTo(header(toOne).replaceAll("\"ins\".*", ""));
        changesNothing(b.door2, () -> refused(4115, b.door2.enclave.openCommand(toOne)));
        assertThat(b.door1.enclave.openCommand(toBoth))
                .isInstanceOfSatisfying(
                        CommandVerdict.Execute.class, e -> assertThat(e.group()).isEqualTo(Building.DOORS));
        assertThat(b.door1.enclave.openCommand(toOne))
                .isInstanceOfSatisfying(
                        CommandVerdict.Execute.class, e -> assertThat(e.group()).isEqualTo(OTHER_DOORS));
        String reading = b.door1.enclave.sealReading(OTHER_DOORS, Building.utf8("{}"));
        assertThat(b.server.enclave.openReading(reading).group()).isEqualTo(OTHER_DOORS);
    }

    @Test
    @DisplayName("A2 a second device whose pairwise key id would be that of another is not enrolled")
    void a2TwoDevicesWithOneKeyId() {
        for (String alike : List.of("//sealpost.example/gw-north/door-1", "//sealpost.example/gw-north/x/Cdoor-1")) {
            Party second = new Party(alike);
            changesNothing(
                    b.server,
                    () -> refused(
                            4105,
                            () -> b.server.enclave.enrolPeer(second.enclave.enrolmentRequest(alike), Role.DEVICE)));
        }
        b.distribute();
        assertThat(b.door1.enclave.credentials()).hasSize(1);
    }

    @Test
    @DisplayName(
            "A2 what is sealed for one use is no message of another: ESPrim as command, command as ESPrim, reading as command")
    void a2OneKindOfMessageAsAnother() {
        b.distribute();
        String esprim = b.sealFor(b.door1, Building.DOORS).esprimObject();
        String command = b.command(b.server, "close").envelope();
        String reading = b.door2.enclave.sealReading(Building.DOORS, Building.utf8("{}"));
        changesNothing(b.door1, () -> {
            refused(4000, b.door1.enclave.openCommand(esprim));
            refused(4000, b.door1.enclave.openRequest(command));
            refused(4000, b.door1.enclave.openCommand(reading));
            refused(4000, () -> b.door1.enclave.openReading(command));
            refused(4000, () -> b.server.enclave.openAcknowledgement(command));
        });
    }

    @Test
    @DisplayName("A2 the gateway writes another key id into a message's header")
    void a2TheKeyIdIsRewritten() {
        b.distribute();
        String command = b.command(b.server, "close").envelope();
        changesNothing(b.door1, () -> {
            refused(4112, b.door1.enclave.openCommand(withHeader(command, "14-fire-doors.1.", "14-fire-doors.2.")));
            refused(4112, b.door1.enclave.openCommand(withHeader(command, "14-fire-doors.1.", "14-fire-sensors.1.")));
            refused(4000, b.door1.enclave.openCommand(withHeader(command, ".cmd@", ".data@")));
            refused(4112, b.door1.enclave.openCommand(withHeader(command, "@sealpost.example", "@other.example")));
        });
        changesNothing(
                b.sensor,
                () -> refused(
                        4115,
                        b.sensor.enclave.openCommand(withHeader(command, "14-fire-doors.1.", "14-fire-sensors.1."))));
    }

    private String command(String group) {
        long until = b.server.now.getEpochSecond() + 30;
        return b.server
                .enclave
                .sealCommand(new CommandOrder(group, "all", "close", Map.of(), until))
                .envelope();
    }

    private static String header(String object) {
        return new String(Base64Url.decode(object.substring(0, object.indexOf('.'))), StandardCharsets.UTF_8);
    }

    private static String withHeader(String object, String old, String other) {
        assertThat(header(object)).contains(old);
        return Base64Url.encode(header(object).replace(old, other).getBytes(StandardCharsets.UTF_8))
                + object.substring(object.indexOf('.'));
    }
}
