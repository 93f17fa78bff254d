package org.sealpost.demo.crash;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import org.sealpost.demo.fleet.AdminClient;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.e2e.Labels;

/**
 * The main job: at each moment a group gets a new epoch while the server commands one group and an agent another, and readings go up all the time. One command of each commander is open at a time,
 * as for an operator who waits for the answers.
 */
final class MainJob implements Scenario {
    private final Site site;
    private final CommandsOnce commands;
    private final ReadingsKept readings;
    private final EpochHistory history;
    private final NoncesOnce nonces;
    private final AuditHolds audit;
    private final Orders orders;
    private long rotations;

    /** @param operators runs the orders, which wait for answers */
    MainJob(Site site, ExecutorService operators) {
        this.site = site;
        this.orders = new Orders(operators);
        this.history = EpochHistory.of(site);
        this.commands = new CommandsOnce(site);
        this.readings = new ReadingsKept(site);
        this.nonces = new NoncesOnce(site.stage().wiretap());
        this.audit = new AuditHolds(site);
    }

    @Override
    public String name() {
        return "main-job";
    }

    @Override
    public List<Cue> cues(Target target) {
        return List.of(
                new Cue("RandObject request", "\"sit\":3"),
                new Cue("RandObject", "\"sit\":4"),
                new Cue("ESPrim Object", "\"sit\":5"),
                Cue.sealed("command", Labels.TYPE_COMMAND_ENVELOPE),
                Cue.sealed("acknowledgement", Labels.TYPE_ACKNOWLEDGEMENT_ENVELOPE),
                Cue.sealed("reading", Labels.TYPE_READING_ENVELOPE));
    }

    @Override
    public void work(Moment moment) {
        Random random = moment.choices();
        List<String> groups = groupsNear(moment.node());
        String rotated = groups.get(random.nextInt(groups.size()));
        String commanded = groups.get(random.nextInt(groups.size()));
        List<String> gateways = gatewaysNear(moment.node());
        String gateway = gateways.get(random.nextInt(gateways.size()));
        List<String> below = groups.stream()
                .filter(g -> site.plan().members(g).stream()
                        .anyMatch(d -> d.gateway().equals(gateway)))
                .toList();
        String byAgent = below.get(random.nextInt(below.size()));
        boolean notify = random.nextBoolean();
        String serverVerb = verb(commanded, random);
        String agentVerb = verb(byAgent, random);
        rotations++;
        orders.give("rotate " + rotated, () -> site.console().rotate(rotated));
        orders.give("the server's command to " + commanded, () -> {
            long id = site.console().command(commanded, serverVerb, Map.of(), notify);
            commands.accepted(site.plan().server(), id);
        });
        orders.give("the command of the agent of " + gateway + " to " + byAgent, () -> {
            AdminClient.Answer answer = site.agent(gateway).order(site.plan().groupId(byAgent), agentVerb, Map.of());
            if (answer.status() / 100 != 2) {
                throw new java.io.IOException("answered " + answer.status() + ": " + answer.body());
            }
            commands.accepted(
                    site.plan().agent(gateway), answer.body().get("id").asLong());
        });
    }

    @Override
    public List<String> finish() throws InterruptedException {
        return orders.finish();
    }

    @Override
    public List<Invariant> heals() {
        return List.of(new EnclavesServe(site), new EveryoneCurrent(site, history), commands, readings);
    }

    @Override
    public List<Invariant> holds() {
        return List.of(history, nonces, new OneSecret(site), audit);
    }

    @Override
    public List<String> figures() {
        return List.of(
                rotations + " rotations ordered, " + history.steps() + " steps of epochs seen, none back",
                commands.count() + " commands, each carried out once by each device it was for",
                readings.count() + " readings accepted, each at the server once",
                nonces.objects() + " sealed objects on the hops, no key and IV twice",
                audit.entries() + " entries in the audit log, verified");
    }

    private static String verb(String group, Random random) {
        return group.equals(Plan.DOORS) ? (random.nextBoolean() ? "close" : "open") : "test";
    }

    /** Groups whose work passes the node. */
    private List<String> groupsNear(String node) {
        Node.Kind kind = site.fleet().node(node).kind();
        return site.plan().groups().stream()
                .map(Plan.Group::name)
                .filter(g -> kind == Node.Kind.SERVER
                        || site.plan().members(g).stream()
                                .anyMatch(d ->
                                        d.name().equals(node) || gatewayOf(node).equals(d.gateway())))
                .filter(g -> kind != Node.Kind.DEVICE
                        || site.plan().device(node).groups().contains(g))
                .toList();
    }

    private List<String> gatewaysNear(String node) {
        return site.fleet().node(node).kind() == Node.Kind.SERVER ? site.plan().gateways() : List.of(gatewayOf(node));
    }

    private String gatewayOf(String node) {
        return switch (site.fleet().node(node).kind()) {
            case SERVER, MEF, MAF -> "";
            case GATEWAY -> node;
            case AGENT -> node.substring("agent-".length());
            case HOST -> node.substring("host-".length());
            case DEVICE -> site.plan().device(node).gateway();
        };
    }
}
