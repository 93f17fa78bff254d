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
import org.sealpost.enclave.ClientKeys.DeviceCertificateRequest;
import org.sealpost.enclave.ClientKeys.DeviceCredential;
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
import tools.jackson.databind.node.ObjectNode;

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
            "With a device certificate instead of a Kpm (the private key stays in the device's enclave):",
            "  sealpost manufacture --name door-1 --state var/door-1 --hardware-type 1.3.6.1.4.1.32473.1 --certificate-request door-1.csr",
            "  sealpost manufacture --name door-1 --state var/door-1 --mef var/mef --certificate door-1.pem",
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

    @Option(
            names = "--serial",
            paramLabel = "SERIAL",
            description = "Relative part of the KpmID, or the hardware's serial number. Default: the name.")
    @Nullable
    String serial;

    @Option(
            names = "--hardware-type",
            paramLabel = "OID",
            description = "The manufacturer's OID for this kind of hardware; for a device certificate.")
    @Nullable
    String hardwareType;

    @Option(
            names = "--certificate-request",
            paramLabel = "FILE",
            description = "Instead of a Kpm: writes a request for a device certificate, which the manufacturer's"
                    + " authority has to sign (keeping its subjectAltName).")
    @Nullable
    Path certificateRequest;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "The certificate that came of the request, and what links it to an authority that the MEF"
                    + " takes (sealpost manufacturers).")
    @Nullable
    Path certificate;

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
        boolean requests = certificateRequest != null;
        if (device == null || directory == null || (mef == null) != requests || (hardwareType != null) != requests) {
            System.err.println("sealpost manufacture: give --name and --state, and either --mef, or --hardware-type and"
                    + " --certificate-request; --help shows examples");
            return 2;
        }
        try (SecureEnvironment environment = secureEnvironment.start(directory)) {
            Enclave enclave = environment.compartment(device);
            return manufacture(enclave, device, serial == null ? device : serial);
        } catch (EnclaveUnavailable | Refusal | IllegalArgumentException | IOException e) {
            System.err.println("sealpost manufacture: " + e.getMessage());
        }
        return 1;
    }

    private int manufacture(Enclave enclave, String device, String number) throws IOException, InterruptedException {
        Path request = certificateRequest;
        String type = hardwareType;
        Path function = mef;
        if (request != null && type != null) {
            DeviceCertificateRequest made = enclave.deviceCertificateRequest(type, number);
            Files.writeString(request, made.request());
            System.out.println(made.credentialId());
            System.err.println("sealpost manufacture: " + device + " will be " + made.credentialId() + ": have "
                    + request + " signed by the manufacturer's authority, then --certificate");
            return 0;
        }
        if (function == null) {
            throw new IllegalArgumentException("give --mef; --help shows examples");
        }
        FunctionAccess access = access(enclave, function, number);
        System.out.println(access.credentialId());
        System.err.println("sealpost manufacture: " + device + " has " + access.credentialId()
                + " and reaches its MEF at " + access.uri());
        return 0;
    }

    private FunctionAccess access(Enclave enclave, Path function, String number)
            throws IOException, InterruptedException {
        Path file = certificate;
        if (file == null) {
            ManufactureRequest request = enclave.manufactureRequest();
            JsonNode made = ask(
                    function,
                    "/mef/manufacture",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("name", number)
                            .put("agreementKey", request.agreementKey())
                            .put("fingerprint", request.fingerprint()));
            return enclave.acceptManufacture(made.path("manufacturePackage").asString());
        }
        String chain = Files.readString(file);
        JsonNode at = ask(function, "/mef/certificate", JsonNodeFactory.instance.objectNode());
        // the MEF first: it says what is wrong with a certificate
        ask(function, "/mef/expect", JsonNodeFactory.instance.objectNode().put("certificate", chain));
        return enclave.acceptDeviceCertificate(new DeviceCredential(
                chain,
                at.path("fqdn").asString(),
                at.path("address").asString(),
                at.path("anchor").asString()));
    }

    private static JsonNode ask(Path mef, String path, ObjectNode body) throws IOException, InterruptedException {
        try {
            return send(mef, path, body);
        } catch (IOException e) {
            throw new IOException(
                    mef + " does not answer (" + e.getMessage() + "): is it the state directory of an MEF that runs?",
                    e);
        }
    }

    private static JsonNode send(Path mef, String path, ObjectNode body) throws IOException, InterruptedException {
        URI door = URI.create(Files.readString(mef.resolve("admin.address")).trim());
        HttpRequest call = HttpRequest.newBuilder(door.resolve(path))
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
        return tree;
    }
}
