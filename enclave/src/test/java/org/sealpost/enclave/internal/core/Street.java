package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.EpochVerdict;

/** A server and lamps in one group whose epochs come by blocks; the caches between them are the test. */
public final class Street {
    public static final String LAMPS = "//sealpost.example/in-cse/cse-in/lamps";
    public static final long OVERLAP = 60;
    public static final long LIFETIME = 86_400;

    public final Party server = new Party("//sealpost.example/in-cse");
    public final List<Party> lamps = new ArrayList<>();
    private final List<Party> in = new ArrayList<>();

    /** A street whose first lamps are in, each with its credential. */
    public Street(String scheme, int first) {
        server.enclave.found(server.identity);
        server.enclave.createGroup(LAMPS, policy(scheme));
        for (int i = 0; i < first; i++) {
            in.add(lamp());
        }
        server.enclave.newEpoch(LAMPS, 1, members());
        in.forEach(this::push);
    }

    public static GroupPolicy policy(String scheme) {
        return new GroupPolicy(scheme, true, List.of("release"), OVERLAP, LIFETIME, "A256GCM");
    }

    /** Another lamp, enrolled and in no group. */
    public Party lamp() {
        Party lamp = new Party("//sealpost.example/gw-north/Clamp-" + lamps.size());
        lamp.now = server.now;
        lamp.enclave.acceptEnrolment(server.enclave
                .enrolPeer(lamp.enclave.enrolmentRequest(lamp.identity), Role.DEVICE)
                .enrolmentPackage());
        lamps.add(lamp);
        return lamp;
    }

    /** All that are in, as the server's program names them: it leaves their leaves to the enclave. */
    public List<Member> members() {
        return in.stream().map(Street::member).toList();
    }

    public List<Party> in() {
        return List.copyOf(in);
    }

    public static Member member(Party party) {
        return new Member(party.identity, "", 0);
    }

    /** Takes these out, with a fresh epoch. */
    public EpochFacts evict(Party... out) {
        in.removeAll(Arrays.asList(out));
        return rotate();
    }

    /** A fresh epoch for those that are in. */
    public EpochFacts rotate() {
        return server.enclave.newEpoch(LAMPS, epoch() + 1, members());
    }

    /** Lets them join, without their credentials. */
    public EpochFacts join(Party... joining) {
        in.addAll(Arrays.asList(joining));
        return server.enclave.admit(
                LAMPS, Arrays.stream(joining).map(Street::member).toList());
    }

    public long epoch() {
        return server.enclave.currentEpoch(LAMPS).orElseThrow().epoch();
    }

    /** What a cache keeps now. */
    public byte[] latest() {
        return server.enclave.epochMaterial(LAMPS).orElseThrow().latest();
    }

    public EpochVerdict take(Party lamp) {
        return take(lamp, latest());
    }

    public EpochVerdict take(Party lamp, byte[] latest) {
        return lamp.enclave.installEpoch(LAMPS, latest);
    }

    /** The epoch that a lamp shows; 0 for none. */
    public static long held(Party lamp) {
        return lamp.enclave.credentials().stream()
                .filter(c -> c.group().equals(LAMPS))
                .mapToLong(c -> c.epoch())
                .findFirst()
                .orElse(0);
    }

    /** Whether it holds the secret of the server's epoch. */
    public boolean current(Party lamp) {
        String check = server.enclave.currentEpoch(LAMPS).orElseThrow().keyCheckValue();
        return lamp.enclave.credentials().stream()
                .anyMatch(c -> c.epoch() == epoch() && c.keyCheckValue().equals(check));
    }

    /** A credential of its own, delivered and confirmed. */
    public OpenedResponse push(Party lamp) {
        String rand = lamp.enclave.receiverRandObject(server.identity);
        SealedRequest sealed = server.enclave.sealCredential(lamp.identity, Optional.of(rand), LAMPS);
        OpenedRequest opened = lamp.enclave.openRequest(sealed.esprimObject());
        String answer = opened instanceof OpenedRequest.Answered a
                ? a.sealedResponse()
                : ((OpenedRequest.Refused) opened).sealedResponse().orElse("");
        return server.enclave.openResponse(sealed.exchange(), answer);
    }

    /** The confirmation of what a lamp took from a cache, as the server gets it. */
    public OpenedRequest confirm(Party lamp) {
        String rand = server.enclave.receiverRandObject(lamp.identity);
        return server.enclave.openRequest(
                lamp.enclave.sealConfirmation(LAMPS, Optional.of(rand)).esprimObject());
    }

    public String command(String verb) {
        long until = server.now.getEpochSecond() + 30;
        return server.enclave
                .sealCommand(new CommandOrder(LAMPS, "all", verb, Map.of(), until))
                .envelope();
    }

    /** Everybody's clock. */
    public void pass(long seconds) {
        server.now = server.now.plusSeconds(seconds);
        lamps.forEach(l -> l.now = server.now);
    }
}
