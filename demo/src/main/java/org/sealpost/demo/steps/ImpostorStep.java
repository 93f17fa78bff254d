package org.sealpost.demo.steps;

import java.net.URI;
import java.util.List;
import java.util.function.Predicate;
import org.sealpost.demo.attack.Wiretap;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;

/** Someone says that it is the server. */
final class ImpostorStep extends Scene {
    private static final String SERVER = "/in-cse";

    ImpostorStep(Stage stage) {
        super(
                stage,
                "impostor",
                "Someone claims to be the server",
                "a name in an outer field proves nothing: plain words, made-up and stolen ESPrim Objects are refused");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Plan.Device door = stage.plan().device("door-2");
        Attack attack = new Attack(stage, door);
        URI address = stage.fleet().behindTap(door);
        String to = attack.spRelativeId();
        attack.refused(
                evidence,
                "\"open\" in plain words from /in-cse",
                () -> stage.hostile().notifyPlain(address, to, SERVER, "open"));
        String stolen = esprimObject(kid -> !kid.contains(door.member()));
        attack.refused(
                evidence,
                "another conversation's ESPrim Object",
                () -> stage.hostile().notifyEsprim(address, to, SERVER, stolen));
        String own = esprimObject(kid -> kid.contains(door.member()));
        attack.refused(
                evidence,
                "an ESPrim Object of its own that was changed",
                () -> stage.hostile().notifyEsprim(address, to, SERVER, changed(own)));
    }

    /** A captured request of the server, by its key id. */
    private String esprimObject(Predicate<String> keyId) throws Exception {
        List<String> objects = stage.wiretap().sealedObjects().stream()
                .filter(o -> Wiretap.header(o).has("oro"))
                .filter(o -> keyId.test(Wiretap.header(o).path("kid").asString("")))
                .toList();
        NotProved.unless(!objects.isEmpty(), "no ESPrim Object passed the hops");
        return objects.get(0);
    }

    private static String changed(String object) {
        int middle = object.length() * 3 / 4;
        char other = object.charAt(middle) == 'A' ? 'B' : 'A';
        return object.substring(0, middle) + other + object.substring(middle + 1);
    }
}
