package org.sealpost.server.fleet;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How strong things have to be: for the whole fleet, and more for single groups and devices. The strongest of what applies to a member counts.
 *
 * @param fleet for all
 * @param groups by name
 * @param devices by name
 * @param certificates foreign authorities
 */
public record Security(
        Strength fleet, Map<String, Strength> groups, Map<String, Strength> devices, Certificates certificates) {
    /** Ways of renewal, strongest first. */
    public static final List<String> STRONGEST = List.of("certificate", "ephemeral");

    private static final List<String> FLOORS = List.of("A128GCM", "A192GCM", "A256GCM");

    public Security {
        groups = Map.copyOf(groups);
        devices = Map.copyOf(devices);
    }

    /** What a fleet file without a word on it means. */
    public static Security none() {
        return new Security(Strength.none(), Map.of(), Map.of(), new Certificates(List.of(), "off", List.of()));
    }

    /**
     * Demands of one level.
     *
     * @param algorithmFloor weakest content encryption
     * @param forwardSecret true when credentials wait for a forward-secret key
     * @param renewal how pairwise keys are renewed
     */
    public record Strength(Optional<String> algorithmFloor, boolean forwardSecret, Optional<Renewal> renewal) {
        public static Strength none() {
            return new Strength(Optional.empty(), false, Optional.empty());
        }
    }

    /**
     * How pairwise keys are renewed.
     *
     * @param mechanisms allowed ways, strongest first
     * @param everySeconds age at which a key is due
     * @param lifetimeSeconds longest validity of a key from a certificate; 0: that of the certificate
     */
    public record Renewal(List<String> mechanisms, long everySeconds, long lifetimeSeconds) {
        public Renewal {
            mechanisms = List.copyOf(mechanisms);
        }
    }

    /**
     * Foreign authorities for devices' certificates; paths are relative to the fleet file.
     *
     * @param revocation {@code off}, {@code when-listed} or {@code required}
     */
    public record Certificates(List<String> anchors, String revocation, List<String> lists) {
        public Certificates {
            anchors = List.copyOf(anchors);
            lists = List.copyOf(lists);
        }
    }

    /** The strongest floor of the fleet, a device and its groups. */
    public String algorithmFloor(String device, List<String> in) {
        return levels(device, in)
                .flatMap(s -> s.algorithmFloor().stream())
                .max(Comparator.comparing(FLOORS::indexOf))
                .orElse("A256GCM");
    }

    /** True when the fleet, the device or one of its groups wants it. */
    public boolean forwardSecret(String device, List<String> in) {
        return levels(device, in).anyMatch(Strength::forwardSecret);
    }

    /** The device's own rule, else the fleet's. */
    public Optional<Renewal> renewal(String device) {
        return Optional.ofNullable(devices.get(device))
                .flatMap(Strength::renewal)
                .or(fleet::renewal);
    }

    /** With the paths of files made absolute. */
    Security relativeTo(Path folder) {
        return new Security(
                fleet,
                groups,
                devices,
                new Certificates(
                        absolute(folder, certificates.anchors()),
                        certificates.revocation(),
                        absolute(folder, certificates.lists())));
    }

    private static List<String> absolute(Path folder, List<String> files) {
        return files.stream().map(f -> folder.resolve(f).toString()).toList();
    }

    private Stream<Strength> levels(String device, List<String> in) {
        return Stream.concat(
                Stream.of(fleet),
                Stream.concat(
                        Optional.ofNullable(devices.get(device)).stream(),
                        in.stream().flatMap(g -> Optional.ofNullable(groups.get(g)).stream())));
    }
}
