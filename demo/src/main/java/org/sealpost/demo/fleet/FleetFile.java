package org.sealpost.demo.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The plan as the fleet file that an operator would write for the server. */
final class FleetFile {
    private FleetFile() {}

    static void write(Plan plan, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("domain: " + plan.domain());
        lines.add("gateways:");
        plan.gateways().forEach(g -> lines.add("  - {id: " + g + ", agent: true}"));
        lines.add("groups:");
        for (Plan.Group group : plan.groups()) {
            List<String> verbs = new ArrayList<>(group.agentVerbs());
            verbs.addAll(group.serverVerbs());
            lines.add("  - id: " + group.name());
            lines.add("    verbs: " + verbs);
            lines.add("    agentVerbs: " + group.agentVerbs());
            lines.add("    nonDelegable: " + group.serverVerbs());
            lines.add("    overlap: 60s");
            lines.add("    lifetime: 30d");
        }
        lines.add("devices:");
        for (Plan.Device d : plan.allDevices()) {
            lines.add("  - {name: " + d.name() + ", gateway: " + d.gateway() + ", function: "
                    + d.function().option() + ", zone: " + d.zone() + ", groups: " + d.groups() + "}");
        }
        plan.renewal().ifPresent(mechanism -> {
            lines.add("security:");
            lines.add("  renewal: {mechanism: " + mechanism + ", every: 30d}");
        });
        Files.write(file, lines);
    }
}
