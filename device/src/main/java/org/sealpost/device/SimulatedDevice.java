package org.sealpost.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A fire sensor, fire door or extinguisher on the SDK: enrols by files, acts through its actuator, sends readings, keeps a status file. */
final class SimulatedDevice implements AutoCloseable {
    private static final long TICK_MILLIS = 150;

    private final Device device;
    private final String function;
    private final Actuator actuator;
    private final Path folder;
    private final Optional<Path> statusFile;
    private final long readingMillis;
    private final Random weather;
    private final String remark;
    private final CertificateFiles certificates;
    private final boolean asksForCertificate;
    private boolean asked;
    private volatile boolean enrolled;
    private boolean holding;
    private long nextReading;
    private String lastStatus = "";

    SimulatedDevice(
            Device device,
            String function,
            Path state,
            Optional<Path> statusFile,
            long readingMillis,
            long seed,
            String remark,
            boolean asksForCertificate)
            throws IOException {
        this.device = device;
        this.function = function;
        this.actuator = new Actuator(function, state.resolve("actuator.log"));
        this.folder = state;
        this.certificates = new CertificateFiles(state);
        this.asksForCertificate = asksForCertificate;
        this.statusFile = statusFile;
        this.readingMillis = readingMillis;
        this.weather = new Random(seed);
        this.remark = remark;
        device.onCommand("*", actuator::act);
    }

    void start() {
        device.enrolThrough(folder).thenRun(() -> enrolled = true).exceptionally(failure -> {
            System.err.println("sealpost device: the enrolment request can't be written: " + failure.getMessage());
            return null;
        });
        device.repeat(this::tick, TICK_MILLIS);
    }

    @Override
    public void close() {
        device.close();
    }

    private void tick() {
        try {
            if (enrolled && readingMillis > 0) {
                read(System.currentTimeMillis());
            }
            takeCertificate();
            writeStatus();
        } catch (Refusal | EnclaveUnavailable | IOException e) {
            System.err.println("sealpost device: " + e.getMessage());
        }
    }

    /** The first reading goes one period after the first credential came: the server subscribes to a device's readings within a second or so of its registration. */
    private void read(long now) {
        if (!holding) {
            holding = !device.status().credentials().isEmpty();
            nextReading = now + readingMillis;
        } else if (now >= nextReading) {
            nextReading = now + readingMillis;
            device.groups().forEach(g -> device.sendReading(g, reading()).exceptionally(this::lost));
        }
    }

    private @org.jspecify.annotations.Nullable Void lost(Throwable failure) {
        System.err.println("sealpost device: a reading could not be sent: " + failure.getMessage());
        return null;
    }

    /** With {@code --certificate-request}: writes the request once, and takes the certificate when it lies there. */
    private void takeCertificate() throws IOException {
        if (!enrolled || !asksForCertificate) {
            return;
        }
        if (!asked) {
            certificates.ask(device.certificateRequest());
            asked = true;
        }
        Optional<String> chain = certificates.arrived();
        if (chain.isPresent()) {
            certificates.taken();
            device.useCertificate(chain.get()).exceptionally(failure -> {
                System.err.println("sealpost device: the certificate can't be used: " + failure.getMessage());
                return null;
            });
        }
    }

    private String reading() {
        ObjectNode o = JsonNodeFactory.instance.objectNode().put("state", actuator.state());
        if (function.equals("fire-sensor")) {
            o.put("celsius", 20 + weather.nextInt(5));
        }
        if (!remark.isEmpty()) {
            o.put("remark", remark);
        }
        return o.toString();
    }

    private void writeStatus() throws IOException {
        if (statusFile.isEmpty()) {
            return;
        }
        DeviceStatus s = device.status();
        ObjectNode o = JsonNodeFactory.instance.objectNode().put("identity", s.identity());
        o.put("pid", ProcessHandle.current().pid()).put("enclavePid", s.enclavePid());
        o.put("registered", s.registered()).put("enrolled", s.enrolled());
        o.put("provisioning", device.provisioning());
        var credentials = o.putArray("credentials");
        s.credentials()
                .forEach(c -> credentials
                        .addObject()
                        .put("group", c.group())
                        .put("epoch", c.epoch())
                        .put("kcv", c.keyCheckValue()));
        var keys = o.putArray("keys");
        s.keys()
                .forEach(k -> keys.addObject()
                        .put("peer", k.peer())
                        .put("id", k.keyId())
                        .put("agreed", k.agreed().orElse("")));
        var functions = o.putArray("functions");
        s.functions().forEach(f -> functions.addObject().put("fqdn", f.fqdn()).put("credential", f.credentialId()));
        o.putObject("actuator").put("state", actuator.state()).put("actions", actuator.actions());
        ObjectNode commands = o.putObject("commands");
        commands.put("executed", s.executed()).put("duplicates", s.duplicates()).put("notForUs", s.notForUs());
        ObjectNode refused = commands.putObject("refused");
        s.refused().forEach(refused::put);
        ObjectNode enclave = o.putObject("enclave");
        s.enclave().forEach(enclave::put);
        o.put("readings", s.readings()).put("fetched", s.fetched()).put("opened", s.opened());
        String text = o.toString();
        if (!text.equals(lastStatus) || !Files.exists(statusFile.get())) {
            Enrolment.write(
                    statusFile.get(), PrimitiveCodec.of(Serialization.JSON).encodeTree(o));
            lastStatus = text;
        }
    }
}
