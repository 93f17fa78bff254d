package org.sealpost.demo.steps;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** Starts everything at once and carries enrolment requests and packages, as an operator would. */
final class EnrolStep extends Scene {
    EnrolStep(Stage stage) {
        super(
                stage,
                "enrol",
                "Enrolment: each end point gets a credential of its own, inside its enclave",
                "requests are public, packages are sealed to the enclave that asked; nobody types or copies a key");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        for (Node node : stage.fleet().nodes()) {
            node.start();
        }
        evidence.progress("waiting for the server and the gateways");
        stage.fleet().node("server").awaitListening();
        for (Node gateway : stage.fleet().nodes(Node.Kind.GATEWAY)) {
            gateway.awaitListening();
        }
        for (Node node : stage.fleet().nodes()) {
            evidence.progress("waiting for " + node.name());
            node.awaitListening();
        }
        List<String> names = stage.endPoints();
        for (String name : names) {
            evidence.progress("enrolling " + name);
            JsonNode request = enrol(stage, name);
            if (stage.plan().hosted().isEmpty()) {
                evidence.note(String.format(
                        Locale.ROOT,
                        "%-15s fingerprint %s",
                        name,
                        request.get("fingerprint").asString()));
            }
        }
        for (String name : names) {
            Until.holds(
                    Stage.SOON, name + " is enrolled", () -> stage.device(name).enrolled());
        }
        evidence.proved(names.size() + " end points are enrolled");
    }

    /** Carries one end point's request to the server and the package back; the request. */
    static JsonNode enrol(Stage stage, String name) throws Exception {
        JsonNode request = request(stage, name);
        stage.fleet().carryPackage(stage.device(name).state(), stage.console().enrol(request));
        return request;
    }

    private static JsonNode request(Stage stage, String name) throws Exception {
        Path file = stage.device(name).state().resolve("enrolment-request.json");
        Until.holds(Stage.SOON, name + " asks to be enrolled", () -> Files.exists(file));
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(Files.readAllBytes(file));
    }
}
