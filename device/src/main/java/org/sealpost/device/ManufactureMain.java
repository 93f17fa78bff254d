package org.sealpost.device;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sealpost.enclave.ClientKeys.FunctionAccess;
import org.sealpost.enclave.ClientKeys.ManufactureRequest;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveOptions;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.Serialization;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What happens to a device in the factory: its enclave gets a credential that only it and the MEF's enclave know. */
@Command(
        name = "sealpost manufacture",
        mixinStandardHelpOptions = true,
        description =
                "Puts a manufacturer's credential (Kpm, KpmID, a one-time enrolment token, the MEF's address) into a"
                        + " device's enclave, and the matching record into the MEF's. No key leaves an enclave.",
        footer = {
            "",
            "Examples:",
            "  sealpost manufacture --name door-1 --state var/door-1 --mef var/mef",
            "  sealpost manufacture --name door-1 --state var/door-1 --mef var/server    (a server that is an MEF too)",
            "  sealpost assign door-1@mef.sealpost.example gw-north/Cdoor-1 --state var/mef    (then: who it is)",
            "",
            "Repeated for the same name it makes a fresh credential and token; the old ones are void at once.",
            "Exit codes: 0 done, 1 refused or not reachable (the message says why), 2 wrong options."
        })
public final class ManufactureMain implements Callable<Integer> {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Option(names = "--name", paramLabel = "NAME", description = "The device's name; KpmID is SERIAL@MEF.")
    @Nullable
    String name;

    @Option(names = "--serial", paramLabel = "SERIAL", description = "Relative part of the KpmID. Default: the name.")
    @Nullable
    String serial;

    @Option(names = "--state", paramLabel = "DIR", description = "The device's state directory; it must not run now.")
    @Nullable
    Path state;

    @Option(names = "--mef", paramLabel = "DIR", description = "State directory of a running MEF.")
    @Nullable
    Path mef;

    @Mixin
    EnclaveOptions secureEnvironment = new EnclaveOptions();

    public static void main(String[] args) {
        System.exit(new CommandLine(new ManufactureMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        String device = name;
        Path directory = state;
        Path function = mef;
        if (device == null || directory == null || function == null) {
            System.err.println("sealpost manufacture: give --name, --state and --mef; --help shows examples");
            return 2;
        }
        try {
            try (SecureEnvironment environment = secureEnvironment.start(directory)) {
                Enclave enclave = environment.compartment(device);
                FunctionAccess access = enclave.acceptManufacture(
                        ask(function, enclave.manufactureRequest(), serial == null ? device : serial));
                System.out.println(access.credentialId());
                System.err.println("sealpost manufacture: " + device + " has " + access.credentialId()
                        + " and reaches its MEF at " + access.uri());
            }
            return 0;
        } catch (EnclaveUnavailable | Refusal | IllegalArgumentException e) {
            System.err.println("sealpost manufacture: " + e.getMessage());
        } catch (IOException e) {
            System.err.println("sealpost manufacture: " + function + " does not answer (" + e.getMessage()
                    + "): is it the state directory of an MEF that runs?");
        }
        return 1;
    }

    private static String ask(Path mef, ManufactureRequest request, String serial)
            throws IOException, InterruptedException {
        URI door = URI.create(Files.readString(mef.resolve("admin.address")).trim());
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("name", serial)
                .put("agreementKey", request.agreementKey())
                .put("fingerprint", request.fingerprint());
        HttpRequest call = HttpRequest.newBuilder(door.resolve("/mef/manufacture"))
                .timeout(PATIENCE)
                .header(
                        "Authorization",
                        "Bearer " + Files.readString(mef.resolve("admin.token")).trim())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.encodeTree(body)))
                .build();
        HttpResponse<byte[]> answer = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .build()
                .send(call, HttpResponse.BodyHandlers.ofByteArray());
        JsonNode tree = JSON.decodeTree(answer.body());
        if (answer.statusCode() != 200) {
            throw new IllegalArgumentException(
                    "the MEF refused: " + tree.path("status").asInt(0) + " "
                            + tree.path("sentence").asString(new String(answer.body(), StandardCharsets.UTF_8)));
        }
        return tree.path("manufacturePackage").asString();
    }
}
