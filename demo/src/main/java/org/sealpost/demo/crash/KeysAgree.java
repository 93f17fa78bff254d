package org.sealpost.demo.crash;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Plan;
import tools.jackson.databind.JsonNode;

/** Each device is enrolled, has exactly one key with the server, which the server uses too, and one credential at the MAF, which the MAF knows it by; no key of before its loss is left. */
final class KeysAgree implements Invariant {
    private static final int GRANTS = 2;

    private final Site site;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, String> lost = new HashMap<>();

    KeysAgree(Site site) {
        this.site = site;
    }

    /** How many different keys were in use so far. */
    int keys() {
        return seen.size();
    }

    /** What the device has now is void. */
    void lost(Plan.Device device) {
        serverKeys(device).forEach(k -> lost.put(device.name(), k));
    }

    @Override
    public String name() {
        return "each device has one key, the same on both sides";
    }

    @Override
    public Optional<String> broken() throws Exception {
        List<Console.PairwiseKey> atServer = site.console().pairwiseKeys();
        JsonNode atMef = site.fleet().mef().get("/mef/clients");
        JsonNode atMaf = site.fleet().door(site.fleet().node("maf")).get("/maf/clients");
        for (Plan.Device device : site.plan().devices()) {
            DeviceView view = site.device(device.name());
            if (!view.fresh() || !view.enrolled()) {
                return Optional.of(device.name() + " is not enrolled: "
                        + view.status().path("provisioning").asString(""));
            }
            String identity = site.plan().identity(device);
            Optional<String> fault = judge(
                            view.keys(),
                            atServer.stream()
                                    .filter(k -> k.member().equals(identity))
                                    .toList(),
                            Optional.ofNullable(lost.get(device.name())))
                    .or(() -> registered(atMef, identity));
            if (fault.isEmpty()) {
                fault = known(
                        atMaf, identity, view.credentialFor("maf." + site.plan().domain()));
            }
            if (fault.isPresent()) {
                return fault.map(f -> device.name() + ": " + f);
            }
            view.keys().forEach(k -> seen.add(k.id()));
        }
        return Optional.empty();
    }

    private List<String> serverKeys(Plan.Device device) {
        try {
            return site.console().pairwiseKeys().stream()
                    .filter(k -> k.member().equals(site.plan().identity(device)))
                    .map(Console.PairwiseKey::id)
                    .toList();
        } catch (Exception e) {
            throw new IllegalStateException("nothing is being killed, and the server does not answer", e);
        }
    }

    /** @param lost the key that must not be in use any more */
    static Optional<String> judge(
            List<DeviceView.PairwiseKey> device, List<Console.PairwiseKey> server, Optional<String> lost) {
        if (device.size() != 1) {
            return Optional.of("it has " + device.size() + " keys");
        }
        DeviceView.PairwiseKey own = device.get(0);
        if (!own.agreed().isEmpty()) {
            return Optional.of("its next key is agreed on only");
        }
        if (server.isEmpty()) {
            return Optional.of("the server knows no key with it");
        }
        if (lost.filter(own.id()::equals).isPresent()) {
            return Optional.of("it uses the key " + own.id() + " of before its loss");
        }
        return server.stream()
                .filter(k -> !k.id().equals(own.id()) || k.agreed())
                .findFirst()
                .map(k -> "it uses " + own.id() + " and the server " + k.id() + (k.agreed() ? ", next agreed" : ""));
    }

    private static Optional<String> registered(JsonNode clients, String identity) {
        List<JsonNode> own = clients.valueStream()
                .filter(c -> c.path("identity").asString("").equals(identity))
                .toList();
        boolean good = own.size() == 1
                && own.get(0).path("state").asString("").equals("enrolled")
                && own.get(0).path("keys").asInt(0) == GRANTS;
        return good ? Optional.empty() : Optional.of("the MEF has of it " + own);
    }

    private static Optional<String> known(JsonNode clients, String identity, Optional<String> credential) {
        List<String> valid = clients.valueStream()
                .filter(c -> c.path("identity").asString("").equals(identity)
                        && !c.path("state").asString("").startsWith("revoked"))
                .map(c -> c.path("credentialId").asString(""))
                .toList();
        return credential.isPresent() && valid.equals(List.of(credential.get()))
                ? Optional.empty()
                : Optional.of("it is known at the MAF by " + valid + " and has " + credential);
    }
}
