package org.sealpost.demo.steps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.sealpost.demo.attack.GatewayView;
import org.sealpost.demo.attack.NonceAudit;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.leak.Custody;
import org.sealpost.demo.leak.EpochSecrets;
import org.sealpost.demo.leak.LeakCheck;
import org.sealpost.demo.leak.Place;
import org.sealpost.demo.leak.Secret;
import org.sealpost.demo.run.HeapDumps;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;

/** Looks for every secret that any enclave held, wherever it must not be. */
final class LeakStep extends Scene {
    private final List<String> kinds;

    /** @param kinds what the witness must have seen, so that it can be looked for */
    LeakStep(Stage stage, List<String> kinds) {
        super(
                stage,
                "leak-check",
                "The leak check: hops, files, logs and heaps",
                "no secret of any enclave stands outside of the enclaves, whole or in pieces of 12 octets");
        this.kinds = kinds;
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        List<Secret> secrets =
                new ArrayList<>(EpochSecrets.withDerivedKeys(stage.fleet().secrets()));
        NotProved.unless(!secrets.isEmpty(), "the witness saw no secret: nothing to look for");
        secrets.add(stage.marker());
        secrets.add(stage.remark());
        everyKind(secrets, evidence);
        plant(secrets);
        LeakCheck check = new LeakCheck(secrets, stage.canaries());
        evidence.progress("hops and files");
        plantCanaries();
        check.search(Place.HOP, stage.fleet().tap().directory(), Set.of());
        for (Node node : stage.fleet().nodes()) {
            searchFiles(check, node);
        }
        for (Node node : stage.fleet().nodes()) {
            evidence.progress("heap of " + node.name());
            searchHeap(check, node);
        }
        LeakCheck.Report report = check.report();
        NotProved.unless(report.leaks().isEmpty(), text(report));
        NotProved.unless(report.blind().isEmpty(), "the check is blind: canaries not found in " + report.blind());
        report.searched().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(e ->
                        evidence.proved(e.getKey().words() + ": " + e.getValue().files() + " files, "
                                + e.getValue().octets() / 1024 + " KiB, canary found, no secret"));
        evidence.proved("looked for " + report.secrets() + " secrets, raw, in hex, base64 and base64url");
        nonces(evidence);
        tellWhatTheGatewaySees(evidence);
    }

    /** Each row of the table of custody has to be looked for: who sees no session key finds none either. */
    private void everyKind(List<Secret> secrets, Evidence evidence) throws NotProved {
        Set<String> seen = secrets.stream().map(Secret::kind).collect(java.util.stream.Collectors.toSet());
        List<String> never = stage.fleet().tokens() > 0 ? Custody.IN_TOKENS : List.of();
        List<String> missing = kinds.stream()
                .filter(k -> !seen.contains(k) && !never.contains(k))
                .toList();
        NotProved.unless(missing.isEmpty(), "the witness saw nothing of these kinds: " + missing);
        if (!never.isEmpty()) {
            List<String> outside = never.stream().filter(seen::contains).toList();
            NotProved.unless(outside.isEmpty(), "kinds that belong into tokens were seen in enclaves: " + outside);
            evidence.proved("no enclave had a " + String.join(" or ", never) + ": these were made in "
                    + stage.fleet().tokens() + " tokens and can't be looked for, since nobody outside has them");
        }
    }

    private static String text(LeakCheck.Report report) {
        return "secrets leaked:\n"
                + String.join(
                        "\n", report.leaks().stream().map(Object::toString).toList());
    }

    private void searchFiles(LeakCheck check, Node node) throws IOException {
        Place place = switch (node.kind()) {
            case SERVER, MEF, MAF -> Place.SERVER_FILE;
            case GATEWAY -> Place.GATEWAY_FILE;
            case AGENT -> Place.AGENT_FILE;
            case DEVICE, HOST -> Place.DEVICE_FILE;
        };
        check.search(
                place, node.directory(), Set.of(node.witness(), node.state().resolve("enclave")));
        check.search(place, node.process().log(), Set.of());
    }

    private void searchHeap(LeakCheck check, Node node) throws IOException {
        Place place = switch (node.kind()) {
            case SERVER, MEF, MAF -> Place.SERVER_HEAP;
            case GATEWAY -> Place.GATEWAY_HEAP;
            case AGENT -> Place.AGENT_HEAP;
            case DEVICE, HOST -> Place.DEVICE_HEAP;
        };
        Path dump = node.directory().resolveSibling(node.name() + ".hprof");
        HeapDumps.dump(node.process().pid(), dump);
        check.search(place, dump, Set.of());
        Files.delete(dump);
    }

    /** In heaps they are since the start, as a system property; elsewhere they are written now. */
    private void plantCanaries() throws IOException {
        write(stage.fleet().tap().directory().resolve("canary"), Place.HOP);
        for (Node node : stage.fleet().nodes()) {
            Place place = switch (node.kind()) {
                case SERVER, MEF, MAF -> Place.SERVER_FILE;
                case GATEWAY -> Place.GATEWAY_FILE;
                case AGENT -> Place.AGENT_FILE;
                case DEVICE, HOST -> Place.DEVICE_FILE;
            };
            write(node.state().resolve("canary"), place);
        }
    }

    private void write(Path file, Place place) throws IOException {
        byte[] canary =
                java.util.Objects.requireNonNull(stage.canaries().get(place)).octets();
        Files.writeString(file, "x" + Base64.getUrlEncoder().withoutPadding().encodeToString(canary));
    }

    private void plant(List<Secret> secrets) throws IOException {
        if (stage.fault() == Fault.COURIER_HAS_KEY) {
            Secret key = secrets.stream()
                    .filter(s -> s.kind().equals("epoch-secret"))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(
                    stage.fleet().node("gw-south").state().resolve("group.key"),
                    HexFormat.of().formatHex(key.octets(), 4, 20));
        }
    }

    private void nonces(Evidence evidence) throws Exception {
        NonceAudit audit = NonceAudit.of(stage.wiretap().sealedObjects());
        NotProved.unless(audit.reused().isEmpty(), String.join("\n", audit.reused()));
        evidence.proved(
                "no initialisation vector was used twice under a key in " + audit.objects() + " sealed objects");
    }

    private void tellWhatTheGatewaySees(Evidence evidence) throws IOException {
        GatewayView view = GatewayView.of(stage.wiretap());
        evidence.note("what the gateways do see: " + view.octets() / 1024 + " KiB on " + view.connections()
                + " connections, when, and between whom");
        evidence.note("  identities: " + String.join(" ", view.identities()));
        view.sealed()
                .forEach((type, s) -> evidence.note("  " + type + ": " + s.count() + ", " + s.octets() + " octets"));
        evidence.note("  fields outside of the sealing: op to fr rqi ty rt cnf; headers " + view.headers());
    }
}
