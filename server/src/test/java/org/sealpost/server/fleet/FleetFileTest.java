package org.sealpost.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetFileTest {
    private static final String GOOD = """
            domain: sealpost.example
            server: {id: in-cse}
            gateways:
              - {id: gw-north, agent: true}
            groups:
              - {id: doors, verbs: [close, open], agentVerbs: [close], nonDelegable: [open], overlap: 60s, lifetime: 30d}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [doors]}
            """;

    @Test
    void readsAFleet() {
        Fleet fleet = FleetFile.parse(GOOD);
        assertThat(fleet.serverIdentity()).isEqualTo("//sealpost.example/in-cse");
        assertThat(fleet.groupId("doors")).isEqualTo("//sealpost.example/in-cse/cse-in/doors");
        assertThat(fleet.identity(fleet.devices().get(0))).isEqualTo("//sealpost.example/gw-north/Cdoor-1");
        assertThat(fleet.groups().get(0).overlapSeconds()).isEqualTo(60);
        assertThat(fleet.groups().get(0).lifetimeSeconds()).isEqualTo(30 * 86_400);
        assertThat(fleet.groups().get(0).algorithmFloor()).isEqualTo("A256GCM");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gateway: gw-north, function|gateway: gw-south, function|line 8: there is no gateway \"gw-south\"",
                "groups: [doors]}|groups: [gates]}|line 8: there is no group \"gates\"",
                "fire-door|trap-door|line 8: function is one of",
                "overlap: 60s|overlap: sometimes|line 6: \"overlap\" is a number with s, m, h or d",
                "agentVerbs: [close]|agentVerbs: [slam]|line 6: \"slam\" is not among the group's verbs",
                "agentVerbs: [close]|agentVerbs: [open]|line 6: \"open\" can't be delegated",
                "zone: floor-1|colour: red|line 8: an entry of devices has no key \"colour\"",
                "agent: true|agent: perhaps|line 4: \"agent\" is true or false",
                "domain: sealpost.example|domain: Sealpost Example|line 1: \"domain\" is not a domain name",
                "id: gw-north|id: gw north|line 4: \"id\" is not a name",
                "name: door-1, |''|line 8: an entry of devices lacks \"name\"",
                "lifetime: 30d|algorithmFloor: ROT13|line 6: algorithmFloor is one of",
            })
    void namesTheLineOfEachMistake(String from, String to, String expected) {
        String broken = GOOD.replace(from, to);
        assertThat(broken).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> FleetFile.parse(broken))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void reportsAllMistakesAtOnce() {
        String broken = GOOD.replace("fire-door", "trap-door").replace("groups: [doors]}", "groups: [gates]}");
        assertThatThrownBy(() -> FleetFile.parse(broken))
                .hasMessageContaining("function is one of")
                .hasMessageContaining("there is no group \"gates\"")
                .hasMessageContaining("group doors has no device");
    }

    @Test
    void namesThatStandTwiceAndKeysThatStandTwiceAreMistakes() {
        String twice = GOOD + "  - {name: door-1, gateway: gw-north, function: fire-door, groups: [doors]}\n";
        assertThatThrownBy(() -> FleetFile.parse(twice)).hasMessageContaining("\"door-1\" stands twice under devices");
        assertThatThrownBy(() -> FleetFile.parse("domain: a.example\ndomain: b.example\n"))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void aCharacterThatYamlDoesNotAllowIsAMistakeLikeOthers() {
        assertThatThrownBy(() -> FleetFile.parse("domain: a\0b"))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("not YAML");
    }

    @Test
    void whatIsNoYamlOrEmptyOrMissingIsSaid() {
        assertThatThrownBy(() -> FleetFile.parse("{{{")).hasMessageContaining("this is not YAML");
        assertThatThrownBy(() -> FleetFile.parse("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> FleetFile.parse("- a\n- b\n")).hasMessageContaining("line 1");
        assertThatThrownBy(() -> FleetFile.read(Path.of("no-such-fleet.yaml"))).hasMessageContaining("can't be read");
    }
}
