package org.sealpost.demo.steps;

import org.sealpost.demo.fleet.AdminClient;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;

/** The gateway's agent commands under its delegation. */
final class CloseDoorsStep extends Scene {
    CloseDoorsStep(Stage stage) {
        super(
                stage,
                "close-doors",
                "The group agents close the fire doors, under a delegation",
                "each door acts exactly once, and each acknowledgement is verified by the agent's enclave");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        for (String gateway : stage.plan().gateways()) {
            Agents agent = Agents.at(stage, gateway);
            long id = Until.found(Stage.SOON, "the agent of " + gateway + " has its delegation", () -> {
                AdminClient.Answer answer = agent.order(stage.plan().groupId(Plan.DOORS), "close", stage.arguments());
                evidence.progress(gateway + ": " + answer.body());
                return answer.status() / 100 == 2
                        ? java.util.Optional.of(answer.body().get("id").asLong())
                        : java.util.Optional.empty();
            });
            for (Plan.Device door : doors(gateway)) {
                Until.holds(
                        Stage.SOON,
                        door.name() + " closes",
                        () -> stage.device(door.name()).count("close") > 0);
                NotProved.unless(stage.device(door.name()).count("close") == 1, door.name() + " closed more than once");
                evidence.proved(door.name() + " closed once, by order of //.../" + gateway + "/Cagent");
                Until.holds(
                        Stage.SOON,
                        "the agent verifies the acknowledgement of " + door.name(),
                        () -> agent.command(id).answered().contains(stage.plan().identity(door)));
            }
            evidence.proved("command " + id + ": acknowledgements verified by the agent of " + gateway);
        }
    }

    private java.util.List<Plan.Device> doors(String gateway) {
        return stage.devices(Plan.DOORS).stream()
                .filter(d -> d.function() == Plan.Function.DOOR && d.gateway().equals(gateway))
                .toList();
    }
}
