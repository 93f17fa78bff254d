package org.sealpost.demo.steps;

import org.sealpost.demo.fleet.AdminClient;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import tools.jackson.databind.node.JsonNodeFactory;

/** A device is revoked everywhere with one word of the operator. */
final class RevokeStep extends Scene {
    RevokeStep(Stage stage) {
        super(
                stage,
                "revoke",
                "A stolen sensor is revoked everywhere",
                "out of every group, each with a new epoch; the MEF knows its credential no more");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Plan.Device stolen = stage.plan().device(Plan.CAPTURED);
        String identity = stage.plan().identity(stolen);
        Console console = stage.console();
        AdminClient admin = stage.fleet().admin();
        admin.post(
                "/revoke",
                JsonNodeFactory.instance.objectNode().put("member", identity).put("reason", "stolen"));
        for (String name : stolen.groups()) {
            Console.Group group = DistributeStep.confirmed(stage, console, name, evidence);
            NotProved.unless(group.member(identity).isEmpty(), stolen.name() + " is still a member of " + name);
        }
        Until.holds(
                Stage.SOON,
                "the MEF is told",
                () -> admin.get("/mef/clients")
                        .valueStream()
                        .anyMatch(c -> c.path("identity").asString().equals(identity)
                                && c.path("state").asString().equals("revoked: stolen")));
        evidence.proved("the MEF revoked " + identity);
        enrolsNoMore(evidence, stolen);
    }

    /** The thief wipes what enrolment left, and tries with what the factory put in. */
    private void enrolsNoMore(Evidence evidence, Plan.Device stolen) throws Exception {
        Node node = stage.fleet().node(stolen.name());
        var again = stage.fleet().startFactoryState(stolen);
        Until.holds(
                Stage.SOON,
                "the copy of " + stolen.name() + " is refused",
                () -> again.lastWords()
                        .contains("not done with mef." + stage.plan().domain() + " yet: 4106"));
        again.kill();
        NotProved.unless(node.process().alive(), stolen.name() + " ended");
        evidence.proved("a copy of its state from the factory is refused with 4106");
    }
}
