package org.sealpost.demo.steps;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.sealpost.demo.attack.HostileGateway;
import org.sealpost.demo.attack.Wiretap;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.leak.Custody;
import org.sealpost.demo.leak.Place;
import org.sealpost.demo.leak.Secret;

/**
 * What the steps share.
 *
 * @param marker stands in the arguments of commands, to look for on the hops
 * @param remark stands in readings, likewise
 */
public record Stage(
        Fleet fleet,
        Wiretap wiretap,
        HostileGateway hostile,
        Map<Place, Secret> canaries,
        Secret marker,
        Secret remark,
        Fault fault) {
    /** Longest wait for a fact; most come about within a second. */
    public static final Duration SOON = Duration.ofSeconds(20);

    /** A stage over a prepared fleet; the marker comes from the seed. */
    public static Stage over(Fleet fleet, HostileGateway hostile, Map<Place, Secret> canaries, long seed, Fault fault) {
        Secret marker = new Secret(Custody.COMMAND_PLAINTEXT, "the demo", ascii(text(seed ^ 0x5ea1L)));
        Secret remark = new Secret(Custody.READING_PLAINTEXT, "the devices", ascii(remark(seed)));
        return new Stage(fleet, new Wiretap(fleet.tap().directory()), hostile, canaries, marker, remark, fault);
    }

    public Plan plan() {
        return fleet.plan();
    }

    /** What the devices of a run put into their readings. */
    public static String remark(long seed) {
        return text(seed ^ 0x4ead1L);
    }

    private static String text(long seed) {
        byte[] octets = new byte[16];
        new Random(seed).nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** The operator's view of the server. */
    public Console console() throws Exception {
        return new Console(fleet.admin());
    }

    /** A device or agent as it shows itself. */
    public DeviceView device(String name) {
        return plan().hosted().stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .map(d -> DeviceView.hosted(fleet.node("host-" + d.gateway()), name))
                .orElseGet(() -> new DeviceView(fleet.node(name)));
    }

    /** Names of all end points that are enrolled: devices first, as agents need to know their members. */
    public List<String> endPoints() {
        List<String> names = new ArrayList<>();
        plan().allDevices().forEach(d -> names.add(d.name()));
        plan().gateways().forEach(g -> names.add("agent-" + g));
        return List.copyOf(names);
    }

    /** The devices of a group, except the captured one once it is out. */
    public List<Plan.Device> devices(String group) {
        return plan().allDevices().stream()
                .filter(d -> d.groups().contains(group))
                .toList();
    }

    /** Arguments of a command: the marker. */
    public Map<String, String> arguments() {
        return Map.of("note", new String(marker.octets(), java.nio.charset.StandardCharsets.US_ASCII));
    }
}
