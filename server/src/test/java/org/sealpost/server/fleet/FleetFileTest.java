package org.sealpost.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
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
                "lifetime: 30d|secureEnvironment: 4|line 6: secureEnvironment is a protection level",
                "server: {id: in-cse}|secureEnvironment: high|line 2: secureEnvironment is a protection level",
                "nonDelegable: [open]|nonDelegable: [slam]|line 6: \"slam\" is not among the group's verbs",
                "lifetime: 30d|lifetime: 30|line 6: \"lifetime\" is a number with s, m, h or d",
                "lifetime: 30d|life: 30d|line 6: an entry of groups has no key \"life\"",
                "agent: true|agents: true|line 4: an entry of gateways has no key \"agents\"",
                "domain: sealpost.example|realm: sealpost.example|line 1: the fleet has no key \"realm\"",
                "server: {id: in-cse}|server: {name: in-cse}|line 2: server has no key \"name\"",
                "server: {id: in-cse}|server: in-cse|line 2: server is not a mapping",
                "server: {id: in-cse}|server: {id: in cse}|line 2: \"id\" is not a name",
                "{id: doors, |{|line 6: an entry of groups lacks \"id\"",
                "{id: gw-north, |{|line 4: an entry of gateways lacks \"id\"",
                "gateway: gw-north, function|function|line 8: an entry of devices lacks \"gateway\"",
                "function: fire-door, |''|line 8: an entry of devices lacks \"function\"",
                "name: door-1|name: [door-1]|line 8: \"name\" is not a single value",
                "name: door-1|name: door/1|line 8: \"name\" is not a name",
                "verbs: [close, open]|verbs: close|line 6: \"verbs\" is not a list",
                "verbs: [close, open]|verbs: [close, [open]]|line 6: an entry of \"verbs\" is not a single value",
                "zone: floor-1|zone: {floor: 1}|line 8: \"zone\" is not a single value",
                "lifetime: 30d|forwardSecret: true|forwardSecret is wanted, but no key is ever renewed",
                "zone: floor-1|renewal: {mechanism: hope}|line 8: mechanism is one of certificate, ephemeral, strongest",
                "zone: floor-1|renewal: {every: 0s}|line 8: \"every\" is longer than nothing",
                "zone: floor-1|renewal: {every: 30d, lifetime: 40d}|line 8: \"lifetime\" is at least twice",
                "zone: floor-1|algorithmFloor: A64|line 8: algorithmFloor is one of",
            })
    void namesTheLineOfEachMistake(String from, String to, String expected) {
        String broken = GOOD.replace(from, to);
        assertThat(broken).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> FleetFile.parse(broken))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void aGroupsLevelIsItsOwnOrTheFleets() {
        assertThat(FleetFile.parse(GOOD).groups().get(0).secureEnvironment()).isZero();
        String fleets = GOOD.replace("server: {id: in-cse}", "secureEnvironment: 2");
        assertThat(FleetFile.parse(fleets).groups().get(0).secureEnvironment()).isEqualTo(2);
        String own = fleets.replace("lifetime: 30d", "secureEnvironment: 1");
        assertThat(FleetFile.parse(own).groups().get(0).secureEnvironment()).isEqualTo(1);
    }

    @Test
    void theStrongestDemandOfFleetGroupAndDeviceCounts() {
        Security security = FleetFile.parse(GOOD.replace("overlap: 60s", "algorithmFloor: A192GCM, forwardSecret: true")
                                .replace("zone: floor-1", "renewal: {mechanism: certificate, every: 7d}")
                        + """
                        security:
                          algorithmFloor: A128GCM
                          renewal: {mechanism: strongest, every: 30d}
                          certificates: {anchors: [ca.pem], revocation: when-listed, lists: [ca.crl]}
                        """)
                .security();
        assertThat(security.algorithmFloor("door-1", List.of("doors"))).isEqualTo("A192GCM");
        assertThat(security.algorithmFloor("other", List.of())).isEqualTo("A128GCM");
        assertThat(security.forwardSecret("door-1", List.of("doors"))).isTrue();
        assertThat(security.forwardSecret("door-1", List.of())).isFalse();
        assertThat(security.renewal("door-1").orElseThrow().mechanisms()).containsExactly("certificate");
        assertThat(security.renewal("door-1").orElseThrow().everySeconds()).isEqualTo(7 * 86_400);
        assertThat(security.renewal("other").orElseThrow().mechanisms()).containsExactly("certificate", "ephemeral");
        assertThat(security.certificates().anchors()).containsExactly("ca.pem");
        assertThat(FleetFile.parse(GOOD).security().renewal("door-1")).isEmpty();
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
        for (String[] again : new String[][] {
            {"  - {id: gw-north, agent: true}\n", "\"gw-north\" stands twice under gateways"},
            {"  - {id: doors, verbs: [close]}\n", "\"doors\" stands twice under groups"}
        }) {
            String section = again[1].substring(again[1].lastIndexOf(' ') + 1) + ":\n";
            assertThatThrownBy(() -> FleetFile.parse(GOOD.replace(section, section + again[0])))
                    .hasMessageContaining(again[1]);
        }
        assertThatThrownBy(() -> FleetFile.parse(GOOD.replace("name: door-1,", "name: door-1, name: door-2,")))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("line 8");
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
