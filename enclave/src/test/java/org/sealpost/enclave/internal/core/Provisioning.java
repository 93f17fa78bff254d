package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.ClientKeys.ExchangeStep;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.ConnectionStep;
import org.sealpost.enclave.FunctionKeys.FunctionEvent;
import org.sealpost.enclave.FunctionKeys.KeyGrant;

/** An MEF, a MAF, a server and a door that has its manufacturer's credential; the network between them is the test. */
final class Provisioning {
    static final String MEF = "mef.sealpost.example";
    static final String MAF = "maf.sealpost.example";
    static final String SERVER = "//sealpost.example/in-cse";
    static final String DOOR = "//sealpost.example/gw-north/Cdoor-1";
    static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";

    final Party mef = new Party(MEF);
    final Party maf = new Party(MAF);
    final Party server = new Party(SERVER);
    Party door = new Party(DOOR);
    final List<FunctionEvent> events = new ArrayList<>();
    String doorCredential = "";

    /** Called before each delivery of octets: the place for crashes and eavesdroppers. */
    interface Wire {
        byte[] pass(boolean toFunction, byte[] octets);
    }

    Provisioning() {
        mef.enclave.foundFunction("MEF", MEF);
        server.enclave.found(SERVER);
        server.enclave.createGroup(GROUP, Building.policy(0));
        join(server, SERVER, "SERVER", List.of());
        doorCredential = manufacture(door, "door-1");
        assign(doorCredential, DOOR, List.of(new KeyGrant(23, SERVER, Optional.empty())));
    }

    void join(Party party, String identity, String role, List<KeyGrant> grants) {
        String credential = manufacture(party, role.toLowerCase(java.util.Locale.ROOT));
        mef.enclave.assignClient(credential, new ClientAssignment(identity, role, grants, role.equals("SERVER")));
    }

    String manufacture(Party party, String name) {
        var made = mef.enclave.manufacture(party.enclave.manufactureRequest(), name, "tls://127.0.0.1:1");
        party.enclave.acceptManufacture(made.manufacturePackage());
        return made.credentialId();
    }

    void assign(String credential, String identity, List<KeyGrant> grants) {
        mef.enclave.assignClient(credential, new ClientAssignment(identity, "DEVICE", grants, false));
    }

    ExchangeResult run(Party client, Party function, ExchangeGoal goal) {
        return run(client, function, goal, (to, octets) -> octets);
    }

    /** A whole run. */
    ExchangeResult run(Party client, Party function, ExchangeGoal goal, Wire wire) {
        ExchangeStep step = client.enclave.openExchange(function.identity, goal, identity(client));
        String connection = function.enclave.acceptConnection();
        while (true) {
            if (step.result().isPresent()) {
                client.enclave.dropExchange(step.exchange());
                function.enclave.dropConnection(connection);
                return step.result().get();
            }
            ConnectionStep answer = function.enclave.continueConnection(connection, wire.pass(true, step.send()));
            events.addAll(answer.events());
            byte[] back = wire.pass(false, answer.send());
            assertThat(back).as("the function said nothing").isNotEmpty();
            step = client.enclave.continueExchange(step.exchange(), back);
        }
    }

    private Optional<String> identity(Party client) {
        return client.identity.startsWith("//") && client != server ? Optional.of(client.identity) : Optional.empty();
    }

    ExchangeResult enrolDoor() {
        return run(door, mef, ExchangeGoal.enrol());
    }

    ExchangeResult serverFollows() {
        return run(server, mef, ExchangeGoal.follow());
    }

    void provisioned() {
        serverFollows();
        assertThat(enrolDoor().sentence()).startsWith("done with");
        assertThat(serverFollows().changed()).hasSize(1);
    }

    /** Draws an epoch for the door and pushes it: true when the door confirmed. */
    boolean credentialArrives() {
        long next = server.enclave.currentEpoch(GROUP).map(e -> e.epoch()).orElse(0L) + 1;
        server.enclave.newEpoch(GROUP, next, List.of(new Member(DOOR, "floor-1", 1)));
        String rand = door.enclave.receiverRandObject(SERVER);
        var sealed = server.enclave.sealCredential(DOOR, Optional.of(rand), GROUP);
        OpenedRequest opened = door.enclave.openRequest(sealed.esprimObject());
        return opened instanceof OpenedRequest.Answered a
                && server.enclave.openResponse(sealed.exchange(), a.sealedResponse())
                        instanceof OpenedResponse.Confirmed;
    }

    List<String> kinds() {
        return events.stream().map(FunctionEvent::kind).toList();
    }
}
