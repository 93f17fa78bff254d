package org.sealpost.demo.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the building consists of.
 *
 * @param domain the service provider's domain
 * @param gateways names of the gateways; each has an agent beside it
 * @param groups the groups by function
 * @param devices devices with a process of their own
 * @param hosted devices that share one process for each gateway
 */
public record Plan(
        String domain,
        List<String> gateways,
        List<Group> groups,
        List<Device> devices,
        List<Device> hosted,
        Optional<String> renewal) {
    public static final String SENSORS = "fire-sensors";
    public static final String DOORS = "fire-doors";
    public static final String EXTINGUISHERS = "extinguishers";

    /** The sensor that gets captured: also a member of the doors' group, as it tells them of fire directly. */
    public static final String CAPTURED = "sensor-2";

    private static final String NORTH = "gw-north";
    private static final String SOUTH = "gw-south";

    public Plan {
        gateways = List.copyOf(gateways);
        groups = List.copyOf(groups);
        devices = List.copyOf(devices);
        hosted = List.copyOf(hosted);
    }

    /** What the simulated devices are. */
    public enum Function {
        SENSOR("fire-sensor", SENSORS),
        DOOR("fire-door", DOORS),
        EXTINGUISHER("extinguisher", EXTINGUISHERS);

        private final String option;
        private final String group;

        Function(String option, String group) {
            this.option = option;
            this.group = group;
        }

        /** As the device program calls it. */
        public String option() {
            return option;
        }
    }

    /** How a device is reached. */
    public enum Attachment {
        HTTP,
        COAP,
        POLLING
    }

    /** A group; {@code agentVerbs} may be given by agents, {@code serverVerbs} by the server alone. */
    public record Group(String name, List<String> agentVerbs, List<String> serverVerbs) {}

    /** A device. */
    public record Device(
            String name, Function function, String gateway, List<String> groups, String zone, Attachment attachment) {
        Device(String name, Function function, String gateway, Attachment attachment) {
            this(name, function, gateway, List.of(function.group), gateway.substring(3), attachment);
        }

        /** As it stands in {@code gcs} paths and operator's verbs, such as {@code gw-north.door-1}. */
        public String member() {
            return gateway + "." + name;
        }
    }

    /** The demo's building: two gateways, three groups, six devices of their own process, and hosted ones up to {@code count}. */
    public static Plan building(int count) {
        List<Group> groups = List.of(
                new Group(SENSORS, List.of("test", "report"), List.of()),
                new Group(DOORS, List.of("close", "open", "test"), List.of()),
                new Group(EXTINGUISHERS, List.of("test"), List.of("release")));
        Device captured =
                new Device(CAPTURED, Function.SENSOR, SOUTH, List.of(SENSORS, DOORS), "south", Attachment.HTTP);
        List<Device> own = List.of(
                new Device("sensor-1", Function.SENSOR, NORTH, Attachment.HTTP),
                captured,
                new Device("door-1", Function.DOOR, NORTH, Attachment.COAP),
                new Device("door-2", Function.DOOR, SOUTH, Attachment.HTTP),
                new Device("extinguisher-1", Function.EXTINGUISHER, NORTH, Attachment.POLLING),
                new Device("extinguisher-2", Function.EXTINGUISHER, SOUTH, Attachment.HTTP));
        List<Device> hosted = new ArrayList<>();
        for (int i = own.size(); i < count; i++) {
            Function function = Function.values()[i % Function.values().length];
            String name = function.name().toLowerCase(java.util.Locale.ROOT) + "-" + (i / 3 + 1);
            hosted.add(new Device(name, function, i % 2 == 0 ? NORTH : SOUTH, Attachment.POLLING));
        }
        return new Plan("sealpost.example", List.of(NORTH, SOUTH), groups, own, hosted, Optional.empty());
    }

    /** The smallest building that has everything: two gateways, each way to attach a device, each function. */
    public static Plan compact() {
        Plan whole = building(0);
        List<String> few = List.of("sensor-1", "door-1", "door-2", "extinguisher-1");
        return new Plan(
                whole.domain,
                whole.gateways,
                whole.groups,
                whole.devices.stream().filter(d -> few.contains(d.name())).toList(),
                List.of(),
                Optional.empty());
    }

    /** The smallest building for remote provisioning: one gateway, two devices, reached over CoAP and a polling channel. */
    public static Plan provisioned() {
        Plan whole = compact();
        List<Device> few = List.of(whole.device("door-1"), whole.device("extinguisher-1"));
        return new Plan(
                whole.domain,
                List.of(NORTH),
                whole.groups.stream()
                        .filter(g -> few.stream().anyMatch(d -> d.groups().contains(g.name())))
                        .toList(),
                few,
                List.of(),
                Optional.empty());
    }

    /** The same with pairwise keys renewed by a mechanism of the fleet file: {@code certificate} or {@code ephemeral}. */
    public Plan renewing(String mechanism) {
        return new Plan(domain, gateways, groups, devices, hosted, Optional.of(mechanism));
    }

    /** All devices. */
    public List<Device> allDevices() {
        List<Device> all = new ArrayList<>(devices);
        all.addAll(hosted);
        return List.copyOf(all);
    }

    /** Devices that are members of a group. */
    public List<Device> members(String group) {
        return allDevices().stream().filter(d -> d.groups().contains(group)).toList();
    }

    public Device device(String name) {
        return allDevices().stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no device " + name));
    }

    /** Absolute identity of a device. */
    public String identity(Device device) {
        return "//" + domain + "/" + device.gateway() + "/C" + device.name();
    }

    /** The id of a device's credential at the MEF. */
    public String credential(Device device) {
        return device.name() + "@mef." + domain;
    }

    /** Absolute identity of the agent of a gateway. */
    public String agent(String gateway) {
        return "//" + domain + "/" + gateway + "/Cagent";
    }

    /** Absolute identity of the server. */
    public String server() {
        return "//" + domain + "/in-cse";
    }

    /** Absolute identifier of a group. */
    public String groupId(String group) {
        return server() + "/cse-in/" + group;
    }
}
