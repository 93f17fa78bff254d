import java.net.URI;
import java.nio.file.Path;
import org.sealpost.device.CommandHandler.Outcome;
import org.sealpost.device.Device;
import org.sealpost.device.DeviceConfig;

/** A fire door of your own: ./sealpost run examples/OwnDoor.java GATEWAY-URI STATE-DIRECTORY [NAME] */
public class OwnDoor {
    public static void main(String[] args) throws InterruptedException {
        URI gateway = URI.create(args[0]);
        Path state = Path.of(args[1]);
        String name = args.length > 2 ? args[2] : "door-2";
        DeviceConfig where = DeviceConfig.polling(name, "sealpost.example", "gw-north", gateway);
        try (Device door = Device.connect(where, state)) {
            // Commands arrive here after the enclave has verified who gave them; each exactly once.
            door.onCommand("close", order -> {
                System.out.println("closing, by order of " + order.commander());
                return Outcome.done("closed");
            });
            door.onCommand("open", order -> Outcome.refused("somebody stands in the way"));
            System.out.println("waiting for the operator: ./sealpost enrol " + state + "/enrolment-request.json");
            door.enrolThrough(state).thenRun(() -> System.out.println("enrolled")).toCompletableFuture().join();
            // Credentials arrive, are installed and confirmed without us; readings go up sealed under them.
            while (true) {
                Thread.sleep(5_000);
                door.groups().forEach(group -> door.sendReading(group, "{\"draught\":false}"));
            }
        }
    }
}
