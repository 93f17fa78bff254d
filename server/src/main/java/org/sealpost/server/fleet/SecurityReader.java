package org.sealpost.server.fleet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what a fleet file says about strength: {@code security}, and the entries of single groups and devices. */
final class SecurityReader {
    private static final Set<String> FLOORS = Set.of("A128GCM", "A192GCM", "A256GCM");
    private static final Set<String> REVOCATION = Set.of("off", "when-listed", "required");
    private static final long MONTH = 30L * 86_400;

    private final List<String> mistakes;

    SecurityReader(List<String> mistakes) {
        this.mistakes = mistakes;
    }

    Security read(Section top, Map<String, Security.Strength> groups, Map<String, Security.Strength> devices) {
        Optional<Section> section =
                top.section("security", "algorithmFloor", "forwardSecret", "renewal", "certificates");
        Security read = new Security(
                section.map(this::strength).orElse(Security.Strength.none()),
                groups,
                devices,
                section.flatMap(s -> s.section("certificates", "anchors", "revocation", "lists"))
                        .map(this::certificates)
                        .orElse(Security.none().certificates()));
        boolean nobodyRenews = read.fleet().renewal().isEmpty()
                && devices.values().stream().allMatch(d -> d.renewal().isEmpty());
        boolean somebodyWaits = read.fleet().forwardSecret()
                || groups.values().stream().anyMatch(Security.Strength::forwardSecret)
                || devices.values().stream().anyMatch(Security.Strength::forwardSecret);
        if (somebodyWaits && nobodyRenews) {
            mistakes.add(
                    top.at("security")
                            + "forwardSecret is wanted, but no key is ever renewed: give security a \"renewal\", such as {mechanism: strongest, every: 30d}");
        }
        return read;
    }

    /** The demands in a section that may have {@code algorithmFloor}, {@code forwardSecret} and {@code renewal}. */
    Security.Strength strength(Section s) {
        Optional<String> floor = s.optional("algorithmFloor");
        floor.filter(f -> !FLOORS.contains(f))
                .ifPresent(f -> mistake(s.at("algorithmFloor") + "algorithmFloor is one of A128GCM, A192GCM, A256GCM"));
        return new Security.Strength(
                floor,
                s.flag("forwardSecret"),
                s.section("renewal", "mechanism", "every", "lifetime").map(this::renewal));
    }

    private Security.Renewal renewal(Section s) {
        String mechanism = s.optional("mechanism").orElse("strongest");
        List<String> allowed = switch (mechanism) {
            case "strongest" -> Security.STRONGEST;
            case "certificate", "ephemeral" -> List.of(mechanism);
            default -> {
                mistake(s.at("mechanism") + "mechanism is one of certificate, ephemeral, strongest");
                yield List.of();
            }
        };
        long every = s.duration("every", MONTH);
        long lifetime = s.duration("lifetime", 0);
        if (every == 0) {
            mistake(s.at("every") + "\"every\" is longer than nothing, such as 30d");
        }
        if (lifetime > 0 && lifetime < 2 * every) {
            mistake(
                    s.at("lifetime")
                            + "\"lifetime\" is at least twice \"every\": a key that can't be renewed in time locks its device out");
        }
        return new Security.Renewal(allowed, every, lifetime);
    }

    private Security.Certificates certificates(Section s) {
        String revocation = s.optional("revocation").orElse("off");
        if (!REVOCATION.contains(revocation)) {
            mistake(s.at("revocation") + "revocation is one of off, when-listed, required");
        }
        return new Security.Certificates(s.texts("anchors"), revocation, s.texts("lists"));
    }

    private void mistake(String sentence) {
        if (!mistakes.contains(sentence)) {
            mistakes.add(sentence);
        }
    }
}
