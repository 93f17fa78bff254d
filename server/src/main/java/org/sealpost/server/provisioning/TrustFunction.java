package org.sealpost.server.provisioning;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.sealpost.door.OperatorDoor;
import org.sealpost.enclave.ClientKeys.ManufactureRequest;
import org.sealpost.enclave.FunctionKeys;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.FunctionEvent;
import org.sealpost.enclave.FunctionKeys.KeyGrant;
import org.sealpost.enclave.FunctionKeys.ManufacturedClient;
import org.sealpost.enclave.ProvisioningListener;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.store.Database;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An MEF or MAF: its listener, its audit log, and what the operator does. All keys are in its enclave's compartment, where the clients' TLS connections end too.
 * Thread-safe.
 */
public final class TrustFunction implements AutoCloseable {
    /** At most one entry in so many seconds says that handshakes failed: anybody can make one fail. */
    private static final long FAILURES_EVERY = 10;

    private static final int MAX_FINGERPRINT = 128;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String HANDSHAKE_FAILED = "handshake.failed";

    private final FunctionKeys enclave;
    private final Database database;
    private final AuditLog audit;
    private final InstantSource clock;
    private final String kind;
    private final String fqdn;
    private final ProvisioningListener listener;
    private final Optional<URI> advertise;
    private final LongAdder failures = new LongAdder();
    private final AtomicLong failuresSaidAt = new AtomicLong();
    private final AtomicLong failuresSaid = new AtomicLong();

    /**
     * Founds the function in its compartment, if it is new, and listens.
     *
     * @param kind MEF or MAF
     * @param advertise where clients reach it, when it is another address than the one listened on
     * @throws IOException when it can't listen there
     */
    public TrustFunction(
            FunctionKeys enclave,
            Database database,
            AuditLog audit,
            InstantSource clock,
            String kind,
            String fqdn,
            InetSocketAddress listen,
            Optional<URI> advertise,
            Executor calls)
            throws IOException {
        this.enclave = enclave;
        this.database = database;
        this.audit = audit;
        this.clock = clock;
        this.kind = kind;
        this.fqdn = fqdn;
        this.advertise = advertise;
        enclave.foundFunction(kind, fqdn);
        this.listener = ProvisioningListener.open(listen, enclave, this::record, calls);
    }

    /** Where clients reach it. */
    public URI uri() {
        return advertise.orElseGet(this::listensAt);
    }

    /** Where it listens. */
    public URI listensAt() {
        InetSocketAddress at = listener.address();
        return URI.create("tls://" + at.getAddress().getHostAddress() + ":" + at.getPort());
    }

    /** Adds what an operator can do, below {@code /mef} or {@code /maf}. */
    public void routes(OperatorDoor door) {
        String base = "/" + kind.toLowerCase(java.util.Locale.ROOT);
        door.route(base, (method, rest, body) -> status());
        door.route(base + "/clients", (method, rest, body) -> MAPPER.valueToTree(enclave.clients()));
        door.route(base + "/manufacture", (method, rest, body) -> manufacture(body));
        door.route(base + "/certificate", (method, rest, body) -> certificate());
        door.route(base + "/manufacturers", (method, rest, body) -> manufacturers(body));
        door.route(base + "/expect", (method, rest, body) -> expect(body));
        door.route(base + "/assign", (method, rest, body) -> assign(body));
        door.route(base + "/permit", (method, rest, body) -> permit(body));
        door.route(base + "/revoke", (method, rest, body) -> revoke(body));
    }

    /** Says after how many seconds clients ask again whether there is more for them. */
    public void askAgainAfter(long seconds) {
        enclave.askAgainAfter(seconds);
    }

    /** Makes a credential for an enclave; at an MEF. */
    public ManufacturedClient manufacture(ManufactureRequest request, String name) {
        ManufacturedClient made = enclave.manufacture(request, name, uri().toString());
        audit.append("credential.manufactured", made.credentialId() + " for the enclave " + request.fingerprint());
        return made;
    }

    /** Says who a client is. */
    public void assign(String credentialId, ClientAssignment assignment) {
        enclave.assignClient(credentialId, assignment);
        audit.append(
                "credential.assigned",
                credentialId + " to " + assignment.identity() + " as " + assignment.role() + " with "
                        + assignment.grants().stream()
                                .map(g -> g.usage() + " " + g.target())
                                .toList());
    }

    /** Handshakes that failed since the start. */
    public long failures() {
        return failures.sum();
    }

    @Override
    public void close() {
        listener.close();
    }

    private JsonNode status() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", kind)
                .put("address", uri().toString())
                .put("clients", enclave.clients().size())
                .put("handshakes.failed", failures.sum());
    }

    private JsonNode manufacture(JsonNode body) {
        Members m = Members.of(body, "a manufacture request", Set.of("name", "agreementKey", "fingerprint"));
        String fingerprint = m.optionalText("fingerprint").orElse("not given");
        if (fingerprint.length() > MAX_FINGERPRINT) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a fingerprint is too long");
        }
        return MAPPER.valueToTree(
                manufacture(new ManufactureRequest(m.text("agreementKey"), fingerprint), m.text("name")));
    }

    /** What a device with a certificate has to know of this MEF. */
    private JsonNode certificate() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("anchor", enclave.functionAnchor())
                .put("fqdn", fqdn)
                .put("address", uri().toString());
    }

    private JsonNode manufacturers(JsonNode body) {
        Members m = Members.of(body, "the request", Set.of("anchors", "revocation", "lists"));
        List<String> anchors = m.texts("anchors");
        enclave.trustManufacturers(
                new CertificateTrust(anchors, m.optionalText("revocation").orElse("off"), m.texts("lists")));
        audit.append("manufacturers.trusted", anchors.size() + " authorities of device certificates");
        return done();
    }

    private JsonNode expect(JsonNode body) {
        String credential = enclave.expectDevice(
                Members.of(body, "the request", Set.of("certificate")).text("certificate"));
        audit.append("device.expected", credential + " by its certificate");
        return JsonNodeFactory.instance.objectNode().put("credentialId", credential);
    }

    private JsonNode assign(JsonNode body) {
        Members m = Members.of(body, "an assignment", Set.of("credential", "identity", "role", "grants"));
        List<KeyGrant> grants = new ArrayList<>();
        JsonNode wanted = m.get("grants").orElseGet(JsonNodeFactory.instance::arrayNode);
        for (JsonNode g : wanted) {
            Members grant = Members.of(g, "a grant", Set.of("usage", "target", "uri"));
            grants.add(new KeyGrant(grant.smallInteger("usage"), grant.text("target"), grant.optionalText("uri")));
        }
        String role = m.optionalText("role").orElse("DEVICE");
        if (!Set.of("DEVICE", "AGENT", "SERVER", "MAF").contains(role)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a role is one of DEVICE, AGENT, SERVER, MAF");
        }
        assign(m.text("credential"), new ClientAssignment(m.text("identity"), role, grants, role.equals("SERVER")));
        return done();
    }

    private JsonNode permit(JsonNode body) {
        String credential =
                Members.of(body, "the request", Set.of("credential")).text("credential");
        enclave.permitClient(credential);
        audit.append("credential.permitted", credential + ": one enrolment without a token");
        return done();
    }

    private JsonNode revoke(JsonNode body) {
        Members m = Members.of(body, "the request", Set.of("client", "reason"));
        String reason = OperatorDoor.reason(m);
        record(enclave.revokeClient(m.text("client"), reason));
        return done();
    }

    private void record(List<FunctionEvent> events) {
        List<FunctionEvent> told = events.stream()
                .filter(e -> !e.kind().equals(HANDSHAKE_FAILED) || sayFailure())
                .toList();
        if (told.isEmpty()) {
            return;
        }
        database.transaction(() -> {
            told.forEach(e -> audit.append(
                    e.kind(),
                    e.kind().equals(HANDSHAKE_FAILED)
                            ? e.sentence() + " (" + failuresSaid.get() + " so far)"
                            : e.sentence()));
            return told;
        });
    }

    private boolean sayFailure() {
        failures.increment();
        long now = clock.instant().getEpochSecond();
        long before = failuresSaidAt.get();
        boolean say = now - before >= FAILURES_EVERY && failuresSaidAt.compareAndSet(before, now);
        if (say) {
            failuresSaid.set(failures.sum());
        }
        return say;
    }

    private static ObjectNode done() {
        return JsonNodeFactory.instance.objectNode().put("done", true);
    }
}
