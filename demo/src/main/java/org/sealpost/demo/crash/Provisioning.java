package org.sealpost.demo.crash;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Decided;
import org.sealpost.demo.run.Until;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Remote provisioning: at each moment a device has lost everything but its manufacturer's credential, the MEF's operator permits it one more enrolment, and it is switched on; from then on nobody
 * does anything. It enrols at the MEF, registers a key for the server and one for the MAF, which they fetch, and the server draws new epochs for its groups and delivers them.
 */
final class Provisioning implements Scenario {
    static final String NAME = "provisioning";

    /** A handshake is over within milliseconds; what it is for takes longer, on a busy machine much longer. */
    private static final int ENROLMENT_MILLIS = 800;

    private static final Duration SWITCHED_ON = Duration.ofSeconds(20);

    private final Site site;
    private final EpochHistory history;
    private final KeysAgree keys;
    private final NoncesOnce nonces;
    private final AuditHolds audit;
    private final Orders orders;
    private long enrolments;

    /** @param operators waits for devices to listen */
    Provisioning(Site site, ExecutorService operators) {
        this.site = site;
        this.orders = new Orders(operators);
        this.history = EpochHistory.of(site);
        this.keys = new KeysAgree(site);
        this.nonces = new NoncesOnce(site.stage().wiretap());
        this.audit = new AuditHolds(site);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Cue> cues(Target target) {
        // content type 22 of TLS 1.2; what comes after the handshake can't be told apart on a hop, and followers'
        // questions pass there all the time
        Cue handshake = new Cue("handshake message", "\u0016\u0003\u0003", ENROLMENT_MILLIS);
        Cue object = new Cue("ESPrim Object", "\"sit\":5");
        Cue rand = new Cue("RandObject", "\"sit\":4");
        return switch (target) {
            case GATEWAY -> List.of(rand, object);
            case MEF, MAF -> List.of(handshake);
            default -> List.of(handshake, handshake, rand, object);
        };
    }

    @Override
    public void prepare(Moment moment) throws Exception {
        Plan.Device device = device(moment);
        Node node = site.fleet().node(device.name());
        site.supervisor().hold(device.name());
        try {
            node.process().kill();
            site.fleet().restoreFactoryState(device);
            site.fleet()
                    .mef()
                    .post(
                            "/mef/permit",
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("credential", site.plan().credential(device)));
            keys.lost(device);
            enrolments++;
            node.start();
            Until.holds(
                    SWITCHED_ON,
                    device.name() + " is switched on",
                    () -> !node.process().children().isEmpty());
        } finally {
            site.supervisor().release(device.name());
        }
    }

    /** The device does it all; the tap before it has to learn where it listens. */
    @Override
    public void work(Moment moment) {
        Node node = site.fleet().node(device(moment).name());
        orders.give("switch on " + node.name(), () -> {
            try {
                node.awaitListening();
            } catch (Decided killed) {
                // then the supervisor starts it, and tells the tap
            }
        });
    }

    @Override
    public List<String> finish() throws InterruptedException {
        return orders.finish();
    }

    @Override
    public List<Invariant> heals() {
        return List.of(new EnclavesServe(site), keys, new EveryoneCurrent(site, history));
    }

    @Override
    public List<Invariant> holds() {
        return List.of(
                history,
                nonces,
                new OneSecret(site),
                audit,
                new FunctionAuditHolds(site, "mef"),
                new FunctionAuditHolds(site, "maf"));
    }

    @Override
    public List<String> figures() throws IOException {
        return List.of(
                enrolments + " devices enrolled again, " + keys.keys() + " different keys seen in use",
                history.steps() + " steps of epochs seen, none back",
                nonces.objects() + " sealed objects on the hops, no key and IV twice",
                audit.entries() + " entries in the server's audit log, verified, as are those of MEF and MAF");
    }

    /** The device that is killed, or whose enclave is; else one that the moment chooses. */
    private Plan.Device device(Moment moment) {
        List<Plan.Device> all = site.plan().devices();
        return all.stream()
                .filter(d -> d.name().equals(moment.node()))
                .findFirst()
                .orElseGet(() -> all.get(moment.choices().nextInt(all.size())));
    }
}
