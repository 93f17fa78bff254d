package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.provisioning.CredentialId;
import org.sealpost.e2e.provisioning.FunctionState;
import org.sealpost.e2e.provisioning.FunctionState.Kind;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.e2e.provisioning.ProvisioningCodec;
import org.sealpost.e2e.provisioning.ProvisioningFrame;
import org.sealpost.e2e.provisioning.ProvisioningFunction;
import org.sealpost.e2e.provisioning.ProvisioningKeys;
import org.sealpost.e2e.provisioning.ProvisioningRequest;
import org.sealpost.e2e.tls.TlsCredential;
import org.sealpost.e2e.tls.TlsFacts;
import org.sealpost.e2e.tls.TlsFailure;
import org.sealpost.e2e.tls.TlsPeer;
import org.sealpost.e2e.tls.TlsSettings;
import org.sealpost.enclave.ClientKeys.ManufactureRequest;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.ClientFacts;
import org.sealpost.enclave.FunctionKeys.ConnectionStep;
import org.sealpost.enclave.FunctionKeys.FunctionEvent;
import org.sealpost.enclave.FunctionKeys.FunctionFacts;
import org.sealpost.enclave.FunctionKeys.ManufacturedClient;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** An MEF or MAF: TLS connections of clients end here, and every answer is sent only after what it says is on disk. */
final class FunctionPart {
    private static final int KEY = 32;
    private static final int TOKEN = 16;
    private static final int MAX_CONNECTIONS = 256;

    private final Vault vault;
    private final FunctionCertificates certificates;
    private final Map<String, Connection> connections = new LinkedHashMap<>();

    private static final class Connection {
        final TlsPeer tls;
        final ProvisioningFrame.Reader reader = new ProvisioningFrame.Reader();
        Optional<ProvisioningFunction.Session> session = Optional.empty();

        Connection(TlsPeer tls) {
            this.tls = tls;
        }
    }

    FunctionPart(Vault vault) {
        this.vault = vault;
        this.certificates = new FunctionCertificates(vault);
    }

    /** Clients with certificates; at an MEF. */
    FunctionCertificates certificates() {
        return certificates;
    }

    FunctionFacts found(String kind, String fqdn) {
        Kind wanted = kind.equals(Kind.MAF.name()) ? Kind.MAF : Kind.MEF;
        new KeyIdentifier("x", fqdn);
        FunctionState state = vault.state()
                .function
                .orElseGet(() -> vault.change(s -> {
                    FunctionState made = new FunctionState();
                    made.kind = wanted;
                    made.fqdn = fqdn;
                    s.function = Optional.of(made);
                    return made;
                }));
        if (state.kind != wanted || !state.fqdn.equals(fqdn)) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "this enclave is the " + state.kind + " " + state.fqdn + ": use another state directory");
        }
        return new FunctionFacts(state.kind.name(), state.fqdn, state.clients.size());
    }

    void askAgainAfter(long seconds) {
        if (seconds < 1) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "clients ask again after one second at least");
        }
        FunctionState state = vault.state()
                .function
                .orElseThrow(
                        () -> new Refusal(ResponseStatus.BAD_REQUEST, "this enclave is no MEF or MAF: found it first"));
        if (state.retrySeconds != seconds) {
            vault.change(s -> s.function.orElseThrow().retrySeconds = seconds);
        }
    }

    ManufacturedClient manufacture(ManufactureRequest request, String name, String uri) {
        FunctionState state = function();
        if (state.kind != Kind.MEF) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "only an MEF has manufacturer's credentials");
        }
        KeyIdentifier id = new KeyIdentifier(name, state.fqdn);
        byte[] secret = vault.observed("kpm", id.text(), vault.randomOctets(KEY));
        byte[] token = vault.observed("enrolment-token", id.text(), vault.randomOctets(TOKEN));
        String sealed = ClientPart.seal(vault, request.agreementKey(), secret, token, id.text(), state.fqdn, uri);
        vault.change(s -> {
            ProvisioningFunction.takeIn(s.function.orElseThrow(), id.text(), secret, token);
            return id;
        });
        Wipe.octets(token);
        return new ManufacturedClient(id.text(), sealed);
    }

    void assign(String credentialId, ClientAssignment a) {
        function();
        List<FunctionState.Grant> grants = a.grants().stream()
                .map(g -> new FunctionState.Grant(g.usage(), g.target(), g.uri()))
                .toList();
        vault.change(s -> {
            ProvisioningFunction.assign(
                    s.function.orElseThrow(), credentialId, a.identity(), a.role(), grants, a.administrates());
            return a;
        });
    }

    void permit(String credentialId) {
        function();
        vault.change(s -> {
            ProvisioningFunction.permit(s.function.orElseThrow(), credentialId);
            return credentialId;
        });
    }

    List<FunctionEvent> revoke(String identityOrCredential, String reason) {
        function();
        List<ProvisioningFunction.Event> events = new ArrayList<>();
        vault.change(s -> {
            ProvisioningFunction.revoke(s.function.orElseThrow(), identityOrCredential, reason, events);
            return reason;
        });
        return events(events);
    }

    List<ClientFacts> clients() {
        FunctionState state = function();
        Map<String, Integer> keys = new java.util.HashMap<>();
        state.keys.values().stream()
                .filter(k -> k.ended().isEmpty())
                .forEach(k -> keys.merge(k.client(), 1, Integer::sum));
        return state.clients.entrySet().stream()
                .map(e -> {
                    FunctionState.Client c = e.getValue();
                    String how = !c.revoked.isEmpty()
                            ? "revoked: " + c.revoked
                            : c.registration.isPresent() ? "enrolled" : c.identity.isEmpty() ? "new" : "assigned";
                    return new ClientFacts(c.credentialId, c.identity, c.role, how, keys.getOrDefault(e.getKey(), 0));
                })
                .toList();
    }

    String accept() {
        FunctionState state = function();
        TlsCredential.PresharedKeys keys =
                new TlsCredential.PresharedKeys(id -> ProvisioningFunction.credential(function(), id));
        TlsCredential credential = state.kind == Kind.MEF ? certificates.credential(keys) : keys;
        TlsPeer tls = TlsPeer.server(
                credential,
                new TlsSettings(
                        credential instanceof TlsCredential.EitherWay ? TlsSettings.ALL_SUITES : TlsSettings.PSK_SUITES,
                        Optional.empty(),
                        Map.of(ClientPart.label(state.kind), ProvisioningKeys.EXPORT_LENGTH)),
                vault.random());
        if (connections.size() >= MAX_CONNECTIONS) {
            drop(connections.keySet().iterator().next());
        }
        String handle = HexFormat.of().formatHex(vault.randomOctets(12));
        connections.put(handle, new Connection(tls));
        return handle;
    }

    ConnectionStep go(String handle, byte[] received) {
        Connection c = connections.get(handle);
        if (c == null) {
            return new ConnectionStep(new byte[0], true, List.of());
        }
        List<ProvisioningFunction.Event> events = new ArrayList<>();
        boolean over = false;
        try {
            c.tls.offer(received);
            if (c.tls.established() && c.session.isEmpty()) {
                c.session = Optional.of(session(c.tls));
            }
            if (c.session.isPresent()) {
                answer(c, c.session.get(), events);
            }
            over = c.tls.closed();
        } catch (TlsFailure failure) {
            events.add(new ProvisioningFunction.Event("handshake.failed", failure.sentence()));
            over = true;
        } catch (Refusal refusal) {
            events.add(new ProvisioningFunction.Event("request.refused", refusal.sentence()));
            ClientPart.close(c.tls);
            over = true;
        }
        byte[] output = c.tls.output();
        if (over) {
            drop(handle);
        }
        return new ConnectionStep(output, over, events(events));
    }

    void drop(String handle) {
        Optional.ofNullable(connections.remove(handle)).ifPresent(c -> {
            c.session.ifPresent(ProvisioningFunction.Session::wipe);
            c.reader.wipe();
            ClientPart.close(c.tls);
        });
    }

    private ProvisioningFunction.Session session(TlsPeer tls) {
        TlsFacts facts = tls.facts().orElseThrow();
        String id = facts.peerKeyId()
                .or(() -> facts.peer().flatMap(CredentialId::ofDevice).map(CredentialId::toString))
                .orElseThrow();
        ProvisioningKeys.Exported exported = ClientPart.export(tls, ClientPart.label(function().kind));
        vault.observed("exported-key", function().fqdn, exported.key());
        return new ProvisioningFunction.Session(
                ProvisioningFunction.clientOf(function(), id)
                        .orElseThrow(() -> new Refusal(
                                ResponseStatus.ORIGINATOR_NOT_AUTHENTICATED, "a client was removed meanwhile")),
                exported);
    }

    private void answer(Connection c, ProvisioningFunction.Session session, List<ProvisioningFunction.Event> events) {
        byte[] octets = c.tls.received();
        c.reader.offer(octets);
        Wipe.octets(octets);
        for (Optional<ProvisioningFrame> frame = c.reader.next(); frame.isPresent(); frame = c.reader.next()) {
            byte[] secret = frame.get().secret();
            ProvisioningRequest request =
                    ProvisioningCodec.decodeRequest(frame.get().head());
            ProvisioningFunction.Answer answer = ProvisioningFunction.changes(request)
                    ? vault.change(s -> handle(s.function.orElseThrow(), session, request, secret))
                    : handle(function(), session, request, secret);
            answer.made().forEach(m -> vault.observed(m.kind(), m.owner(), m.key()));
            events.addAll(answer.events());
            byte[] reply = new ProvisioningFrame(ProvisioningCodec.encode(answer.response()), answer.secret()).encode();
            c.tls.send(reply);
            Wipe.octets(secret, reply, answer.secret());
        }
    }

    private ProvisioningFunction.Answer handle(
            FunctionState state, ProvisioningFunction.Session session, ProvisioningRequest request, byte[] secret) {
        return ProvisioningFunction.handle(state, session, request, secret, vault.now(), vault.random());
    }

    private FunctionState function() {
        return vault.state()
                .function
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "this enclave is neither an MEF nor a MAF"));
    }

    private static List<FunctionEvent> events(List<ProvisioningFunction.Event> events) {
        return events.stream()
                .map(e -> new FunctionEvent(e.kind(), e.sentence()))
                .toList();
    }
}
