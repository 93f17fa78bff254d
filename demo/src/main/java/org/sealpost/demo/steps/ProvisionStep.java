package org.sealpost.demo.steps;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.demo.fleet.AdminClient;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Managed;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Devices that hold just their manufacturer's credential enrol at the MEF, with no hand on them. */
final class ProvisionStep extends Scene {
    private static final int ESPRIM = 23;
    private static final int MASTER = 21;
    /** A device brings two JVMs up before it gets there. */
    private static final Duration FACTORY = Duration.ofSeconds(60);

    ProvisionStep(Stage stage) {
        super(
                stage,
                "provision",
                "Remote provisioning: from the manufacturer's credential to the server's",
                "each device enrols at the MEF over TLS-PSK that ends in both enclaves; its key with the server is derived"
                        + " from that, and neither the device's application nor the server's sees it");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        stage.fleet().node("server").start();
        stage.fleet().node("server").awaitListening();
        join(evidence);
        manufacture(evidence);
        for (Node node : stage.fleet().nodes()) {
            if (node.kind() == Node.Kind.GATEWAY || node.kind() == Node.Kind.AGENT) {
                node.start();
            }
        }
        for (Node gateway : stage.fleet().nodes(Node.Kind.GATEWAY)) {
            gateway.awaitListening();
        }
        AdminClient admin = stage.fleet().admin();
        AdminClient mef = stage.fleet().mef();
        for (Plan.Device device : stage.plan().devices()) {
            assign(mef, device);
        }
        evidence.proved("the operator said who each credential is, and that it gets a key for use " + ESPRIM
                + " (ESPrim) with " + stage.plan().server());
        for (Node device : stage.fleet().nodes(Node.Kind.DEVICE)) {
            device.start();
        }
        enrolAgents(evidence);
        for (Plan.Device device : stage.plan().devices()) {
            evidence.progress("waiting for " + device.name());
            stage.fleet().node(device.name()).awaitListening();
            Until.holds(
                    FACTORY,
                    device.name() + " is enrolled",
                    () -> stage.device(device.name()).enrolled());
            NotProved.unless(
                    !java.nio.file.Files.exists(
                            stage.fleet().node(device.name()).state().resolve("enrolment-request.json")),
                    device.name() + " asked an operator to enrol it");
        }
        for (JsonNode client : mef.get("/mef/clients")) {
            evidence.proved(client.path("credentialId").asString() + " is "
                    + client.path("identity").asString() + ", "
                    + client.path("state").asString());
        }
        Until.holds(Stage.SOON, "the server has a key with each device", () -> {
            long keys = admin.get("/provisioning")
                    .path("keys")
                    .valueStream()
                    .filter(k -> k.path("usage").asInt() == ESPRIM)
                    .count();
            return keys == stage.plan().devices().size();
        });
        evidence.proved("the server's enclave fetched " + stage.plan().devices().size()
                + " usage-constrained keys from the MEF's; no file was carried to a device");
    }

    /** In the factory: each device's enclave gets Kpm, KpmID and token, sealed by the MEF's enclave. */
    private void manufacture(Evidence evidence) throws Exception {
        for (Plan.Device device : stage.plan().devices()) {
            evidence.progress("manufacturing " + device.name());
            Managed line = stage.fleet().manufacture(device);
            Until.holds(FACTORY, line.name() + " ends", () -> !line.alive());
            NotProved.unless(line.exitCode() == 0, line.name() + " failed:\n" + line.lastWords());
        }
        for (Plan.Device device : stage.plan().devices()) {
            stage.fleet().keepFactoryState(device);
        }
        evidence.proved(stage.plan().devices().size()
                + " devices left the factory with a credential that only two enclaves know");
    }

    /** MEF and MAF that are programs of their own: server and MAF become clients of the MEF, as {@code sealpost join} does it. */
    private void join(Evidence evidence) throws Exception {
        List<Node> functions = new ArrayList<>(stage.fleet().nodes(Node.Kind.MEF));
        functions.addAll(stage.fleet().nodes(Node.Kind.MAF));
        for (Node function : functions) {
            function.start();
            function.awaitListening();
        }
        if (!functions.isEmpty()) {
            join(stage.fleet().admin(), "in-cse", stage.plan().server(), "SERVER");
            for (Node maf : stage.fleet().nodes(Node.Kind.MAF)) {
                join(stage.fleet().door(maf), maf(), maf(), "MAF");
            }
            evidence.proved("the server and the MAF are clients of the MEF");
        }
    }

    private void join(AdminClient door, String name, String identity, String role) throws Exception {
        JsonNode request = door.get("/manufacture-request");
        JsonNode made = stage.fleet()
                .mef()
                .post(
                        "/mef/manufacture",
                        object().put("name", name)
                                .put(
                                        "agreementKey",
                                        request.path("agreementKey").asString())
                                .put("fingerprint", request.path("fingerprint").asString()));
        stage.fleet()
                .mef()
                .post(
                        "/mef/assign",
                        object().put("credential", made.path("credentialId").asString())
                                .put("identity", identity)
                                .put("role", role));
        door.post(
                "/join",
                object().put(
                                "manufacturePackage",
                                made.path("manufacturePackage").asString()));
    }

    private String maf() {
        return "maf." + stage.plan().domain();
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private void assign(AdminClient mef, Plan.Device device) throws Exception {
        ObjectNode body = object().put("credential", stage.plan().credential(device))
                .put("identity", stage.plan().identity(device))
                .put("role", "DEVICE");
        ArrayNode grants = body.putArray("grants");
        grants.addObject().put("usage", ESPRIM).put("target", stage.plan().server());
        if (!stage.fleet().nodes(Node.Kind.MAF).isEmpty()) {
            String at = "tls://" + stage.fleet().relay("maf").uri().getAuthority();
            grants.addObject().put("usage", MASTER).put("target", maf()).put("uri", at);
        }
        mef.post("/mef/assign", body);
    }

    private void enrolAgents(Evidence evidence) throws Exception {
        for (Node agent : stage.fleet().nodes(Node.Kind.AGENT)) {
            evidence.progress("enrolling " + agent.name());
            agent.awaitListening();
            EnrolStep.enrol(stage, agent.name());
        }
        for (Node agent : stage.fleet().nodes(Node.Kind.AGENT)) {
            Until.holds(
                    Stage.SOON,
                    agent.name() + " is enrolled",
                    () -> stage.device(agent.name()).enrolled());
        }
    }
}
