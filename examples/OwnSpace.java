import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.sealpost.device.Device;
import org.sealpost.device.DeviceConfig;
import org.sealpost.enclave.DataKeys;
import org.sealpost.enclave.DataKeys.DataOrder;
import org.sealpost.enclave.DataKeys.SecurityClass;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.ResponsePrimitive;
import tools.jackson.databind.JsonNode;

/** A device that uses the server's resources end to end: ./sealpost run examples/OwnSpace.java GATEWAY-URI STATE-DIRECTORY [NAME] */
public class OwnSpace {
    public static void main(String[] args) {
        URI gateway = URI.create(args[0]);
        Path state = Path.of(args[1]);
        String name = args.length > 2 ? args[2] : "door-2";
        DeviceConfig where = DeviceConfig.polling(name, "sealpost.example", "gw-north", gateway);
        try (Device door = Device.connect(where, state)) {
            System.out.println("waiting for the operator: ./sealpost enrol " + state + "/enrolment-request.json");
            door.enrolThrough(state).toCompletableFuture().join();
            // This device's own container at the server. The gateway carries the requests and can't read, change or make them.
            String own = "/in-cse/cse-in/gw-north." + name;
            say("create", door.request(Operation.CREATE, own, b -> b.resourceType(3)
                    .content(Content.of("m2m:cnt", "{\"rn\":\"log\",\"mni\":5}"))));
            say("write", door.request(Operation.CREATE, own + "/log", b -> b.resourceType(4)
                    .content(Content.of("m2m:cin", "{\"cnf\":\"text/plain:0\",\"con\":\"serviced by Ada\"}"))));
            say("read", door.request(Operation.RETRIEVE, own + "/log/la", b -> b));
            say("update", door.request(Operation.UPDATE, own + "/log", b -> b
                    .content(Content.of("m2m:cnt", "{\"mni\":9}"))));
            say("notify", door.request(Operation.NOTIFY, "/in-cse", b -> b
                    .content(Content.of("m2m:sgn", "{\"sur\":\"" + own + "/log\",\"vrq\":true}"))));
            // A note for the service desk that the server keeps and can't read either: signed by this device, encrypted for the readers named.
            DataKeys.Protected note = door.data().protectData(DataOrder.text("text/plain", "the closer squeaks")
                    .signed().to(where.identity()));
            say("seal", door.request(Operation.CREATE, own + "/log", b -> b.resourceType(4).content(note.toContent())));
            JsonNode kept = door.request(Operation.RETRIEVE, own + "/log/la", b -> b)
                    .toCompletableFuture().join().content().orElseThrow().value();
            DataKeys.Opened opened = door.data().openData(SecurityClass.NESTED,
                    Optional.of(kept.get("cnf").asString()), kept.get("con").asString());
            System.out.println("note by " + opened.verifiedWith() + ": " + opened.text());
            // Another device's container is none of ours, whoever asks.
            say("pry", door.request(Operation.RETRIEVE, "/in-cse/cse-in/gw-north.door-1", b -> b));
            // The server does not pass on in clear what came sealed.
            say("detour", door.request(Operation.RETRIEVE, "/gw-north/cse-mn", b -> b));
            say("delete", door.request(Operation.DELETE, own + "/log", b -> b));
        }
    }

    private static void say(String what, CompletionStage<ResponsePrimitive> answer) {
        ResponsePrimitive r = answer.toCompletableFuture().join();
        System.out.println(what + " " + r.status().code() + " "
                + r.content().map(c -> c.value().toString()).orElse(""));
    }
}
