package org.sealpost.demo.steps;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.demo.fleet.Console;
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
        Console console = stage.console();
        for (Node gateway : stage.fleet().nodes(Node.Kind.GATEWAY)) {
            gateway.awaitListening();
        }
        List<Node> endPoints = new ArrayList<>(stage.fleet().nodes(Node.Kind.DEVICE));
        endPoints.addAll(stage.fleet().nodes(Node.Kind.AGENT));
        for (Node node : endPoints) {
            evidence.progress("enrolling " + node.name());
            node.awaitListening();
            JsonNode request = request(node);
            stage.fleet().carryPackage(node, console.enrol(request));
            evidence.note(
                    node.name() + "  fingerprint " + request.get("fingerprint").asString());
        }
        for (Node node : endPoints) {
            Until.holds(
                    Stage.SOON,
                    node.name() + " is enrolled",
                    () -> stage.device(node.name()).enrolled());
        }
        evidence.proved(endPoints.size() + " end points are enrolled: "
                + String.join(", ", endPoints.stream().map(Node::name).toList()));
    }

    private static JsonNode request(Node node) throws Exception {
        Path file = node.state().resolve("enrolment-request.json");
        Until.holds(Stage.SOON, node.name() + " asks to be enrolled", () -> Files.exists(file));
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(Files.readAllBytes(file));
    }
}
