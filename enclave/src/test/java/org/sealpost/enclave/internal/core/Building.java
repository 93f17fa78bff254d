package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;

/** A server, an agent, two doors and a sensor, enrolled and grouped; the gateway between them is the test. */
public final class Building {
    public static final String DOORS = "//sealpost.example/in-cse/cse-in/fire-doors";
    public static final String SENSORS = "//sealpost.example/in-cse/cse-in/fire-sensors";

    public final Party server = new Party("//sealpost.example/in-cse");
    public final Party agent = new Party("//sealpost.example/gw-north/Cagent");
    public final Party door1 = new Party("//sealpost.example/gw-north/Cdoor-1");
    public final Party door2 = new Party("//sealpost.example/gw-north/Cdoor-2");
    public final Party sensor = new Party("//sealpost.example/gw-north/Csensor-1");

    public Building() {
        server.enclave.found(server.identity);
        enrol(agent, Role.AGENT);
        List.of(door1, door2, sensor).forEach(d -> enrol(d, Role.DEVICE));
        server.enclave.createGroup(DOORS, policy(60, "release"));
        server.enclave.createGroup(SENSORS, policy(0));
        server.enclave.newEpoch(DOORS, 1, doors());
        server.enclave.newEpoch(SENSORS, 1, List.of(member(sensor, 1)));
    }

    public static GroupPolicy policy(long overlap, String... nonDelegable) {
        return policy(0, overlap, nonDelegable);
    }

    public static GroupPolicy policy(int level, long overlap, String... nonDelegable) {
        return new GroupPolicy("point-to-point", true, List.of(nonDelegable), overlap, 86_400, "A256GCM", level);
    }

    public List<Member> doors() {
        return new ArrayList<>(List.of(member(agent, 3), member(door1, 1), member(door2, 2)));
    }

    public static Member member(Party party, long leaf) {
        return new Member(party.identity, "floor-1", leaf);
    }

    public void enrol(Party party, Role role) {
        var request = party.enclave.enrolmentRequest(party.identity);
        party.enclave.acceptEnrolment(server.enclave.enrolPeer(request, role).enrolmentPackage());
    }

    public SealedRequest sealFor(Party member, String group) {
        String rand = member.enclave.receiverRandObject(server.identity);
        return server.enclave.sealCredential(member.identity, Optional.of(rand), group);
    }

    /** The whole push: what the server learns of it. */
    public OpenedResponse push(Party member, String group) {
        SealedRequest sealed = sealFor(member, group);
        OpenedRequest opened = member.enclave.openRequest(sealed.esprimObject());
        String answer = opened instanceof OpenedRequest.Answered a
                ? a.sealedResponse()
                : ((OpenedRequest.Refused) opened).sealedResponse().orElse("");
        return server.enclave.openResponse(sealed.exchange(), answer);
    }

    public void distribute() {
        List.of(agent, door1, door2).forEach(m -> push(m, DOORS));
        push(sensor, SENSORS);
    }

    public void delegate(String... verbs) {
        long until = server.now.getEpochSecond() + 3600;
        agent.enclave.acceptDelegation(server.enclave
                .delegate(agent.identity, List.of(DOORS), List.of(verbs), List.of(), until)
                .delegation());
    }

    public SealedCommand command(Party commander, String verb) {
        return command(commander, verb, "all");
    }

    public SealedCommand command(Party commander, String verb, String target) {
        long until = commander.now.getEpochSecond() + 30;
        return commander.enclave.sealCommand(new CommandOrder(DOORS, target, verb, Map.of(), until));
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
