package org.sealpost.demo.steps;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealpost.binding.RadioPort;
import org.sealpost.demo.attack.Insider;
import org.sealpost.demo.attack.LinkForgery;
import org.sealpost.demo.fleet.AdminClient;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.ProtectedMessage;

/** The doors are closed without any gateway, by multicast under Group OSCORE; and whoever has the group's keys can't do the same. */
final class EmergencyStep extends Scene {
    /** The gateway's turn comes after two seconds. */
    private static final long BEFORE_THE_GATEWAY_MILLIS = 1500;

    EmergencyStep(Stage stage) {
        super(
                stage,
                "emergency",
                "The doors close by multicast on the link, without the gateway (Group OSCORE); a captured sensor forges \"open\" there",
                "each door acts once and its answer is verified by the agent; a forger with the group's keys fails the countersignature");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        for (String gateway : stage.plan().gateways()) {
            close(evidence, gateway);
        }
        forge(evidence);
    }

    private void close(Evidence evidence, String gateway) throws Exception {
        List<Plan.Device> doors = doors(gateway);
        Map<String, Long> before = new HashMap<>();
        for (Plan.Device door : doors) {
            before.put(door.name(), stage.device(door.name()).count("close"));
        }
        int envelopes = envelopes();
        long started = System.nanoTime();
        Agents agent = Agents.at(stage, gateway);
        AdminClient.Answer given = agent.emergency(stage.plan().groupId(Plan.DOORS), "close", stage.arguments());
        NotProved.unless(given.status() / 100 == 2, "the agent of " + gateway + " did not send it: " + given.body());
        long id = given.body().get("id").asLong();
        for (Plan.Device door : doors) {
            Until.holds(
                    Stage.SOON,
                    "the agent verifies the answer of " + door.name(),
                    () -> agent.command(id).answered().contains(stage.plan().identity(door)));
        }
        long millis = Duration.ofNanos(System.nanoTime() - started).toMillis();
        boolean byLinkAlone = envelopes() == envelopes;
        NotProved.unless(
                byLinkAlone || millis > BEFORE_THE_GATEWAY_MILLIS,
                "a command to the doors passed a gateway in " + millis + " ms");
        for (Plan.Device door : doors) {
            Until.holds(
                    Stage.SOON,
                    door.name() + " closes",
                    () -> stage.device(door.name()).count("close") > before.getOrDefault(door.name(), 0L));
            NotProved.unless(
                    stage.device(door.name()).count("close") == before.getOrDefault(door.name(), 0L) + 1,
                    door.name() + " closed more than once");
        }
        evidence.proved(
                "behind " + gateway + ": " + doors.size() + " closed once, answers verified after " + millis + " ms"
                        + (byLinkAlone
                                ? "; nothing of it passed the gateway"
                                : "; some by the gateway, which came in after two seconds"));
    }

    /** The captured sensor has the group's keys, has read the agent's delegation in an earlier command, and speaks on the link. */
    private void forge(Evidence evidence) throws Exception {
        Plan plan = stage.plan();
        Plan.Device captured = plan.device(Plan.CAPTURED);
        Insider insider = new Insider(stage.fleet().secrets(Plan.CAPTURED), plan.identity(captured));
        String doors = plan.groupId(Plan.DOORS);
        LinkForgery forgery = new LinkForgery(
                insider,
                stage.console().rootKey(),
                plan.server(),
                doors,
                stage.console().group(Plan.DOORS).epoch());
        LinkForgery.Agent agent = forgery.read(
                        stage.wiretap().envelopes(GroupEnvelope.Use.COMMAND, doors), plan.agent(captured.gateway()))
                .orElseThrow(
                        () -> new NotProved("no command of the agent of " + captured.gateway() + " passed the hops"));
        long own = AgentRefusedStep.leaf(stage.console().group(Plan.DOORS), insider.identity());
        InetSocketAddress link = stage.fleet().link(captured.gateway());
        AtomicInteger answers = new AtomicInteger();
        try (RadioPort port = RadioPort.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                (m, multicast) -> CompletableFuture.completedFuture(Optional.empty()))) {
            for (Plan.Device door : doors(captured.gateway())) {
                Attack attack = new Attack(stage, door);
                attack.refused(
                        evidence,
                        "\"open\" in the agent's name, signed with " + insider.signsWith(),
                        () -> sent(port, link, forgery.inTheNameOf(agent), answers));
                attack.refused(
                        evidence,
                        "\"open\" in the sensor's own name",
                        () -> sent(port, link, forgery.inItsOwnName(own), answers));
            }
        }
        NotProved.unless(answers.get() == 0, "somebody answered a forged command on the link");
    }

    private static ResponsePrimitive sent(
            RadioPort port, InetSocketAddress link, ProtectedMessage message, AtomicInteger answers) {
        port.askAll(
                link,
                RadioPort.Message.secured(message.option(), message.payload()),
                Stage.SOON,
                answer -> answers.incrementAndGet());
        return ResponsePrimitive.of(ResponseStatus.ACCEPTED, "link");
    }

    private int envelopes() throws Exception {
        return stage.wiretap()
                .envelopes(GroupEnvelope.Use.COMMAND, stage.plan().groupId(Plan.DOORS))
                .size();
    }

    private List<Plan.Device> doors(String gateway) {
        return stage.plan().devices().stream()
                .filter(d -> d.function() == Plan.Function.DOOR && d.gateway().equals(gateway))
                .toList();
    }
}
