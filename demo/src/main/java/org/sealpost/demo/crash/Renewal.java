package org.sealpost.demo.crash;

import java.util.List;
import java.util.concurrent.ExecutorService;
import org.sealpost.demo.fleet.Plan;

/**
 * Renewal of pairwise keys: at each moment the keys of all end points are renewed while a group gets a new epoch, which is delivered under whatever key is in use then.
 */
final class Renewal implements Scenario {
    static final String EPHEMERAL = "renewal";
    static final String CERTIFICATE = "certificate";

    private final Site site;
    private final Orders orders;
    private final String name;
    private final EpochHistory history;
    private final KeysRenewed keys;
    private final NoncesOnce nonces;
    private final AuditHolds audit;
    private long ordered;

    /** @param name {@link #EPHEMERAL} or {@link #CERTIFICATE}; the site's fleet file has to allow that way only */
    Renewal(Site site, ExecutorService operators, String name) {
        this.site = site;
        this.orders = new Orders(operators);
        this.name = name;
        this.history = EpochHistory.of(site);
        this.keys = new KeysRenewed(site, mechanism(name));
        this.nonces = new NoncesOnce(site.stage().wiretap());
        this.audit = new AuditHolds(site);
    }

    /** The fleet file's word for the way of a scenario. */
    static String mechanism(String scenario) {
        return scenario.equals(CERTIFICATE) ? "certificate" : "ephemeral";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Cue> cues(Target target) {
        Cue object = new Cue("ESPrim Object", "\"sit\":5");
        return name.equals(CERTIFICATE)
                ? List.of(new Cue("key establishment", "\"sit\":6"), object)
                : List.of(new Cue("RandObject request", "\"sit\":3"), new Cue("RandObject", "\"sit\":4"), object);
    }

    @Override
    public void work(Moment moment) {
        List<Plan.Group> groups = site.plan().groups();
        String rotated = groups.get(moment.choices().nextInt(groups.size())).name();
        ordered++;
        orders.give("renew all", () -> site.console().renewAll());
        orders.give("rotate " + rotated, () -> site.console().rotate(rotated));
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
        return List.of(history, nonces, new OneSecret(site), audit);
    }

    @Override
    public List<String> figures() throws Exception {
        return List.of(
                ordered + " orders to renew every key, " + keys.keys() + " different keys seen in use",
                history.steps() + " steps of epochs seen, none back",
                nonces.objects() + " sealed objects on the hops, no key and IV twice",
                audit.entries() + " entries in the audit log, verified");
    }
}
