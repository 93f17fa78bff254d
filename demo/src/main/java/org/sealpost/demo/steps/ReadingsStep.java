package org.sealpost.demo.steps;

import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.story.Evidence;

/** Sensors send upwards. */
final class ReadingsStep extends Scene {
    ReadingsStep(Stage stage) {
        super(
                stage,
                "readings",
                "Readings go up, sealed by the sensors' enclaves",
                "the server opens them; the gateway sees sizes and times");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        Console console = stage.console();
        for (Plan.Device sensor : stage.devices(Plan.SENSORS)) {
            String identity = stage.plan().identity(sensor);
            Console.Reading reading = Until.found(
                    Stage.SOON,
                    "a reading of " + sensor.name(),
                    () -> console.readings().stream()
                            .filter(r -> r.member().equals(identity))
                            .findFirst());
            evidence.proved(sensor.name() + " reports " + reading.content() + " (epoch " + reading.epoch()
                    + ", counter " + reading.counter() + ")");
        }
    }
}
