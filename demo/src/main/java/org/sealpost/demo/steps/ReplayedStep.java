package org.sealpost.demo.steps;

import java.io.IOException;
import java.util.List;
import org.sealpost.demo.attack.Insider;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;
import org.sealpost.e2e.Jws;
import org.sealpost.group.Command;
import org.sealpost.group.GroupEnvelope;

/** The gateway keeps a command and sends it again. */
final class ReplayedStep extends Scene {
    ReplayedStep(Stage stage) {
        super(
                stage,
                "replayed",
                "The gateway sends old commands again",
                "what was executed once is recognised, also after a restart, and not executed again");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        String group = stage.plan().groupId(Plan.DOORS);
        List<String> captured = stage.wiretap().envelopes(GroupEnvelope.Use.COMMAND, group);
        // The captured sensor's key tells which of them is which.
        Insider insider = new Insider(
                stage.fleet().secrets(Plan.CAPTURED),
                stage.plan().identity(stage.plan().device(Plan.CAPTURED)));
        for (String door : List.of("door-1", "door-2")) {
            replay(evidence, insider, group, captured, door);
        }
        restart("door-2");
        evidence.proved("door-2 was killed with kill -9 and runs again");
        replay(evidence, insider, group, captured, "door-2");
    }

    private void replay(Evidence evidence, Insider insider, String group, List<String> captured, String door)
            throws Exception {
        Attack attack = new Attack(stage, stage.plan().device(door));
        int replayed = 0;
        for (String envelope : captured) {
            Command command = Command.decode(
                    Jws.parse(insider.signedCommand(envelope, group)).payload());
            if (executed(door, command)) {
                attack.duplicate(evidence, "\"" + command.verb() + "\", number " + command.id(), envelope);
                replayed++;
            }
        }
        NotProved.unless(replayed > 0, "no command that " + door + " executed was found on the hops");
    }

    private void restart(String device) throws Exception {
        Node node = stage.fleet().node(device);
        node.process().kill();
        node.start();
        node.awaitListening();
        Until.holds(
                Stage.SOON,
                device + " is registered again",
                () -> stage.device(device).registered()
                        && stage.device(device).status().path("pid").asLong()
                                == node.process().pid());
    }

    private boolean executed(String door, Command command) throws IOException {
        String entry = " " + command.commander() + " " + command.id() + " ";
        return stage.device(door).actions().stream().anyMatch(a -> a.contains(entry));
    }
}
