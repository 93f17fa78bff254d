package org.sealpost.demo.steps;

import java.util.List;
import java.util.Map;
import org.sealpost.demo.attack.Insider;
import org.sealpost.demo.fleet.AdminClient;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.e2e.Jws;
import org.sealpost.group.Command;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;

/** The agent tries what it was not given: first by asking its enclave, then with a broken enclave. */
final class AgentRefusedStep extends Scene {
    AgentRefusedStep(Stage stage) {
        super(
                stage,
                "agent-refused",
                "An agent tries to release the extinguishers",
                "its own enclave refuses; and what a broken agent enclave would send, the devices refuse");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Plan plan = stage.plan();
        String group = plan.groupId(Plan.EXTINGUISHERS);
        Plan.Device victim = plan.device("extinguisher-2");
        Agents agent = Agents.at(stage, victim.gateway());
        AdminClient.Answer answer = agent.order(group, "release", Map.of());
        NotProved.unless(answer.status() / 100 != 2, "the agent's enclave sealed a command that is not delegated");
        evidence.proved("the agent's enclave: " + answer.body().path("status").asString("") + " "
                + answer.body().path("sentence").asString(""));

        // Past its own check: the agent's keys from the witness, with the delegation from a command that was in order.
        String identity = plan.agent(victim.gateway());
        Insider broken = new Insider(stage.fleet().secrets("agent-" + victim.gateway()), identity);
        Console.Group state = stage.console().group(Plan.EXTINGUISHERS);
        long now = System.currentTimeMillis() / 1000;
        Command release = new Command(
                1L << 50, group, state.epoch(), new Target.All(), "release", Map.of(), identity, now, now + 60);
        String envelope = broken.forge(release, leaf(state, identity), delegation(broken));
        new Attack(stage, victim)
                .command(
                        evidence,
                        "a release signed with " + broken.signsWith() + ", with its real delegation",
                        envelope);
    }

    private String delegation(Insider broken) throws Exception {
        String doors = stage.plan().groupId(Plan.DOORS);
        List<String> captured = stage.wiretap().envelopes(GroupEnvelope.Use.COMMAND, doors);
        for (String envelope : captured) {
            Jws signed = Jws.parse(broken.signedCommand(envelope, doors));
            if (signed.delegation().isPresent()
                    && Command.decode(signed.payload()).commander().equals(broken.identity())) {
                return signed.delegation().get();
            }
        }
        throw new NotProved("no command of " + broken.identity() + " passed the hops");
    }

    static long leaf(Console.Group group, String identity) {
        return group.member(identity).map(Console.Member::leaf).orElse(1L);
    }
}
