package org.sealpost.demo.steps;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.demo.leak.Custody;
import org.sealpost.demo.story.Step;

/** The steps of the demo, in order. */
public final class Script {
    private Script() {}

    /** The whole use case, then the attacks, the failures and the checks. */
    public static List<Step> of(Stage stage) {
        List<String> kinds = new ArrayList<>(Custody.KINDS);
        kinds.addAll(Custody.LINK_KINDS);
        List<Step> all = new ArrayList<>(mainJob(stage));
        all.addAll(List.of(
                new ReleaseStep(stage),
                new EmergencyStep(stage),
                new AgentRefusedStep(stage),
                new ForgedStep(stage),
                new ReplayedStep(stage),
                new RedirectedStep(stage),
                new ImpostorStep(stage),
                new EvictStep(stage),
                new RestartStep(stage),
                new AuditStep(stage),
                new FootprintStep(stage),
                new LeakStep(stage, kinds)));
        return List.copyOf(all);
    }

    /** From the manufacturer's credential to a group command, and out again. */
    public static List<Step> provisioning(Stage stage) {
        List<String> kinds = new ArrayList<>(Custody.KINDS);
        kinds.addAll(Custody.PROVISIONING_KINDS);
        return List.of(
                new ProvisionStep(stage),
                new RegisterStep(stage),
                new GroupsStep(stage),
                new DistributeStep(stage),
                new ReadingsStep(stage),
                new CloseDoorsStep(stage),
                new ReleaseStep(stage),
                new RevokeStep(stage),
                new AuditStep(stage),
                new LeakStep(stage, kinds));
    }

    /** From the manufacturer's credential to credentials of the groups. */
    public static List<Step> provisioned(Stage stage) {
        return List.of(
                new ProvisionStep(stage), new RegisterStep(stage), new GroupsStep(stage), new DistributeStep(stage));
    }

    /** From nothing to a building at work: credentials held, readings sent, doors closed by their agents. */
    public static List<Step> mainJob(Stage stage) {
        return List.of(
                new EnrolStep(stage),
                new RegisterStep(stage),
                new GroupsStep(stage),
                new DistributeStep(stage),
                new ReadingsStep(stage),
                new CloseDoorsStep(stage));
    }
}
