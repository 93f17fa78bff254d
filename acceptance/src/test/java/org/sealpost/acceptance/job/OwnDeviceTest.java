package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's device of one's own: the example's source file, as a new user starts it. */
@Tag("long")
class OwnDeviceTest {
    private static final Path HOME =
            Path.of(System.getProperty("sealpost.dist")).resolve("../..").normalize();

    @TempDir
    Path folder;

    private Site site;

    @BeforeEach
    void start() throws Exception {
        String readme = Files.readString(HOME.resolve("README.md"));
        String fleet = readme.substring(readme.indexOf("```yaml\n") + 8);
        site = new Site(folder, fleet.substring(0, fleet.indexOf("```")));
    }

    @AfterEach
    void stop() {
        site.close();
    }

    @Test
    void theExampleReceivesACommandAndItsAnswerIsSeen() throws Exception {
        Path state = folder.resolve("door-2").resolve("state");
        Program own = site.program(
                "device",
                HOME.resolve("examples/OwnDoor.java").toString(),
                "door-2",
                site.gateway().address("http"),
                state.toString(),
                "door-2");
        site.enrol(own);
        Eventually.holds("it is enrolled", () -> log(own).contains("enrolled"));
        Eventually.holds(
                "it confirmed its credential",
                () -> site.get("/groups/fire-doors").toString().contains("\"current\":true"));
        site.post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"close\"}");
        Eventually.holds("it acts", () -> log(own).contains("closing, by order of //sealpost.example/in-cse"));
        Eventually.holds(
                "the server knows", () -> site.get("/commands").toString().contains("\"detail\":\"closed\""));
        site.post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"open\"}");
        Eventually.holds(
                "and hears a refusal in words",
                () -> site.get("/commands").toString().contains("somebody stands in the way"));
        Eventually.holds(
                "readings arrive", () -> site.get("/readings").toString().contains("draught"));
    }

    @Test
    void theReadmeShowsTheCallsThatTheExampleMakes() throws Exception {
        String example = Files.readString(HOME.resolve("examples/OwnDoor.java"));
        String readme = Files.readString(HOME.resolve("README.md"));
        for (String call :
                List.of("DeviceConfig.polling(", "Device.connect(where, state)", "door.enrolThrough(state)")) {
            assertThat(example).contains(call);
            assertThat(readme).contains(call);
        }
    }

    private static String log(Program program) throws Exception {
        return Files.readString(program.file("log"));
    }
}
