package org.sealpost.enclave.internal.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.provisioning.ClientState;
import org.sealpost.e2e.provisioning.CredentialId;
import org.sealpost.e2e.provisioning.FunctionState;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.e2e.provisioning.ProvisioningClient;
import org.sealpost.e2e.provisioning.ProvisioningClient.Learned;
import org.sealpost.e2e.provisioning.ProvisioningClient.Step;
import org.sealpost.e2e.provisioning.ProvisioningClient.Wish;
import org.sealpost.e2e.provisioning.ProvisioningCodec;
import org.sealpost.e2e.provisioning.ProvisioningFrame;
import org.sealpost.e2e.provisioning.ProvisioningKeys;
import org.sealpost.e2e.provisioning.Usage;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.CertificateRequests;
import org.sealpost.e2e.tls.Certificates;
import org.sealpost.e2e.tls.TlsCredential;
import org.sealpost.e2e.tls.TlsFailure;
import org.sealpost.e2e.tls.TlsPeer;
import org.sealpost.e2e.tls.TlsSettings;
import org.sealpost.enclave.ClientKeys.DeviceCertificateRequest;
import org.sealpost.enclave.ClientKeys.DeviceCredential;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.ClientKeys.ExchangeStep;
import org.sealpost.enclave.ClientKeys.FunctionAccess;
import org.sealpost.enclave.ClientKeys.ManufactureRequest;
import org.sealpost.enclave.ClientKeys.ProvisionedKey;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.node.JsonNodeFactory;

/** The client's side of MEF and MAF: credentials, and runs over TLS connections that end here. Runs live in memory; what they learn is on disk before it is used. */
final class ClientPart {
    private static final Set<String> ENVELOPE = Set.of("alg", "enc", "kid", "typ", "epk");
    private static final Set<String> MEMBERS = Set.of("v", "id", "fqdn", "uri");
    private static final int KEY = 32;
    private static final int TOKEN = 16;
    private static final int MAX_RUNS = 64;

    private final Vault vault;
    private final Effects effects;
    private final Certification certification;
    private final Map<String, Run> runs = new LinkedHashMap<>();

    /** What learned keys do to the rest of the compartment; called inside of a change. */
    interface Effects {
        /** Who this end point is; makes its own keys for a first identity. */
        ProvisioningClient.Identity identity(Optional<String> claimed);

        /** Applies a key; true when something changed. */
        boolean apply(StateImage state, Learned learned);

        /** After the change is on disk. */
        void applied(Learned learned);
    }

    private static final class Run {
        final String function;
        final ExchangeGoal goal;
        final TlsPeer tls;
        final ProvisioningClient.Identity identity;
        final ProvisioningFrame.Reader reader = new ProvisioningFrame.Reader();
        final List<String> changed = new ArrayList<>();
        final List<String> remarks = new ArrayList<>();
        Optional<ProvisioningClient> client = Optional.empty();

        Run(String function, ExchangeGoal goal, TlsPeer tls, ProvisioningClient.Identity identity) {
            this.function = function;
            this.goal = goal;
            this.tls = tls;
            this.identity = identity;
        }
    }

    ClientPart(Vault vault, Effects effects) {
        this.vault = vault;
        this.effects = effects;
        this.certification = new Certification(vault);
    }

    ManufactureRequest manufactureRequest() {
        StateImage.ManufactureKey key = vault.state()
                .manufacture
                .orElseGet(() -> vault.change(s -> {
                    KeyCustody.OwnKey pair = vault.custody().generate("manufacture", "this enclave");
                    StateImage.ManufactureKey made =
                            new StateImage.ManufactureKey(pair.reference(), Jwk.print(pair.publicKey()));
                    s.manufacture = Optional.of(made);
                    return made;
                }));
        return request(key.key());
    }

    /** A request with its fingerprint. */
    static ManufactureRequest request(String agreementKey) {
        String hex =
                HexFormat.of().formatHex(Sha256.of(("manufacture\n" + agreementKey).getBytes(StandardCharsets.UTF_8)));
        return new ManufactureRequest(agreementKey, hex.replaceAll("(.{4})(?!$)", "$1 "));
    }

    /** Kpm | token | facts, sealed to an enclave's key. */
    static String seal(
            Vault vault, String agreementKey, byte[] secret, byte[] token, String id, String fqdn, String uri) {
        ECPublicKey recipient = Jwk.parse(agreementKey);
        byte[] facts = InnerPrimitives.CODEC.encodeTree(JsonNodeFactory.instance
                .objectNode()
                .put("v", 1)
                .put("id", id)
                .put("fqdn", fqdn)
                .put("uri", uri));
        byte[] plaintext = ByteBuffer.allocate(KEY + TOKEN + facts.length)
                .put(secret)
                .put(token)
                .put(facts)
                .array();
        try {
            return Jwe.sealTo(
                    Jwe.newHeader(Labels.TYPE_MANUFACTURE_ENVELOPE, Jwk.thumbprint(recipient)),
                    recipient,
                    vault.random(),
                    plaintext);
        } finally {
            Wipe.octets(plaintext);
        }
    }

    FunctionAccess accept(String manufacturePackage) {
        StateImage.ManufactureKey key = vault.state()
                .manufacture
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "this enclave made no manufacture request: make one first"));
        Jwe sealed = Jwe.parse(manufacturePackage, ENVELOPE);
        if (!sealed.text("typ").equals(Labels.TYPE_MANUFACTURE_ENVELOPE)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "that is no manufacturer's package");
        }
        byte[] content = sealed.openFrom(vault.custody().agreement(key.reference()));
        try {
            if (content.length <= KEY + TOKEN) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "a manufacturer's package is cut off");
            }
            Members m = Members.of(
                    InnerPrimitives.CODEC.decodeTree(Arrays.copyOfRange(content, KEY + TOKEN, content.length)),
                    "a manufacturer's package",
                    MEMBERS);
            KeyIdentifier id = KeyIdentifier.parse(m.text("id"));
            ClientState made = client(
                    FunctionState.Kind.MEF, m.text("fqdn"), m.text("uri"), id.text(), Arrays.copyOf(content, KEY));
            made.token = Arrays.copyOfRange(content, KEY, KEY + TOKEN);
            vault.observed("kpm", id.text(), made.secret);
            vault.observed("enrolment-token", id.text(), made.token);
            vault.change(s -> s.functions.put(made.fqdn, made));
            return access(made);
        } finally {
            Wipe.octets(content);
        }
    }

    DeviceCertificateRequest deviceCertificateRequest(String hardwareType, String serial) {
        CertificateName name = CertificateName.ofHardware(hardwareType, serial.getBytes(StandardCharsets.UTF_8));
        StateImage.DeviceCertificate device = vault.state()
                .device
                .orElseGet(() -> vault.change(s -> {
                    StateImage.DeviceCertificate made =
                            new StateImage.DeviceCertificate(name.value(), certification.key(name.value()));
                    s.device = Optional.of(made);
                    return made;
                }));
        if (!device.name().equals(name.value())) {
            throw new Refusal(
                    ResponseStatus.CONFLICT, "this enclave is in " + device.name() + ", and in no other hardware");
        }
        return new DeviceCertificateRequest(
                CertificateRequests.pem(
                        name,
                        vault.custody().signer(device.key().scalar()),
                        Jwk.parse(device.key().key())),
                CredentialId.ofDevice(name).toString());
    }

    FunctionAccess accept(DeviceCredential credential) {
        StateImage.DeviceCertificate device = vault.state()
                .device
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST,
                        "this enclave made no key for a device certificate: make a request for one first"));
        List<X509Certificate> chain = Certificates.parsePem(credential.chain());
        StateImage.CertificateKey key = Certification.with(
                device.key(), chain.stream().map(Certificates::encode).toList(), List.of());
        CertificateName name = Certificates.hardware(chain.get(0))
                .filter(n -> n.value().equals(device.name()))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "a device certificate does not name this enclave's hardware"));
        new KeyIdentifier("x", credential.function());
        if (!credential.uri().startsWith("tls://")) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an MEF is reached at tls://HOST:PORT");
        }
        ClientState made = client(
                FunctionState.Kind.MEF,
                credential.function(),
                credential.uri(),
                CredentialId.ofDevice(name).toString(),
                new byte[0]);
        made.anchors = new ArrayList<>(Certification.anchors(credential.anchors()));
        vault.change(s -> {
            s.device = Optional.of(new StateImage.DeviceCertificate(device.name(), key));
            return s.functions.put(made.fqdn, made);
        });
        return access(made);
    }

    List<FunctionAccess> functions() {
        return vault.state().functions.values().stream().map(this::access).toList();
    }

    List<ProvisionedKey> keys() {
        return vault.state().functions.values().stream()
                .flatMap(f -> f.keys.values().stream()
                        .map(k -> new ProvisionedKey(
                                k.keyId(), f.fqdn, k.usage(), k.source(), k.targets(), k.expirationTime())))
                .toList();
    }

    ExchangeStep open(String function, ExchangeGoal goal, Optional<String> claimed) {
        wish(goal);
        ClientState state = state(vault.state(), function);
        ProvisioningClient.Identity identity = effects.identity(claimed);
        TlsCredential credential = credential(state);
        TlsPeer tls = TlsPeer.client(
                credential,
                new TlsSettings(
                        credential instanceof TlsCredential.Certified
                                ? TlsSettings.CERTIFICATE_SUITES
                                : TlsSettings.PSK_SUITES,
                        Optional.of(function),
                        Map.of(label(state.kind), ProvisioningKeys.EXPORT_LENGTH)),
                vault.random());
        String handle = HexFormat.of().formatHex(vault.randomOctets(12));
        if (runs.size() >= MAX_RUNS) {
            drop(runs.keySet().iterator().next());
        }
        runs.put(handle, new Run(function, goal, tls, identity));
        return new ExchangeStep(handle, tls.output(), Optional.empty());
    }

    /** By certificate the function is the one that has this FQDN, by its authority (TS-0003 8.1.2.5); by a pre-shared key the one that has the key. */
    private TlsCredential credential(ClientState state) {
        if (state.anchors.isEmpty()) {
            String keyId = state.assignedKeyId.isEmpty() ? state.credentialId : state.assignedKeyId;
            return new TlsCredential.PresharedKey(keyId, state.secret.clone());
        }
        return certification.credential(
                vault.state().device.orElseThrow().key(),
                certification.rules(state.anchors).expecting(CertificateName.ofFqdn(state.fqdn)));
    }

    ExchangeStep go(String handle, byte[] received) {
        Run run = Optional.ofNullable(runs.get(handle))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND, "there is no such exchange: it is over, or the enclave restarted"));
        try {
            if (received.length == 0 && run.client.isPresent()) {
                ProvisioningClient client = run.client.get();
                return step(
                        handle,
                        run,
                        vault.change(s -> client.start(state(s, run.function), vault.now(), vault.random())));
            }
            run.tls.offer(received);
            if (!run.tls.established()) {
                if (run.tls.closed()) {
                    throw new Refusal(
                            ResponseStatus.TARGET_NOT_REACHABLE,
                            "the function closed the connection before it was done: try again later");
                }
                return new ExchangeStep(handle, run.tls.output(), Optional.empty());
            }
            if (run.client.isEmpty()) {
                ClientState state = state(vault.state(), run.function);
                ProvisioningKeys.Exported exported = export(run.tls, label(state.kind));
                vault.observed("exported-key", run.function, exported.key());
                ProvisioningClient client = new ProvisioningClient(wish(run.goal), run.identity, exported);
                run.client = Optional.of(client);
                Step first = vault.change(s -> client.start(state(s, run.function), vault.now(), vault.random()));
                return step(handle, run, first);
            }
            return answers(handle, run);
        } catch (TlsFailure failure) {
            return failed(handle, run, status(failure), failure.sentence());
        } catch (Refusal refusal) {
            return failed(handle, run, refusal.status(), refusal.sentence());
        }
    }

    void drop(String handle) {
        Optional.ofNullable(runs.remove(handle)).ifPresent(run -> {
            run.client.ifPresent(ProvisioningClient::wipe);
            run.reader.wipe();
            close(run.tls);
        });
    }

    private ExchangeStep answers(String handle, Run run) {
        byte[] octets = run.tls.received();
        run.reader.offer(octets);
        Wipe.octets(octets);
        Optional<ProvisioningFrame> frame = run.reader.next();
        if (frame.isEmpty()) {
            if (run.tls.closed()) {
                throw new Refusal(
                        ResponseStatus.TARGET_NOT_REACHABLE,
                        "the function closed the connection before it was done: try again later");
            }
            return new ExchangeStep(handle, run.tls.output(), Optional.empty());
        }
        ProvisioningClient client = run.client.orElseThrow();
        byte[] secret = frame.get().secret();
        List<Learned> learned = new ArrayList<>();
        try {
            Step next = vault.change(s -> {
                Step after = client.on(
                        state(s, run.function),
                        ProvisioningCodec.decodeResponse(frame.get().head()),
                        secret,
                        vault.now());
                client.takeLearned().forEach(l -> apply(s, run, l, learned));
                return after;
            });
            learned.forEach(l -> {
                if (l.value().length > 0) {
                    vault.observed("provisioned-key", l.keyId(), l.value());
                }
                run.changed.add(l.keyId());
                effects.applied(l);
            });
            return step(handle, run, next);
        } finally {
            Wipe.octets(secret);
        }
    }

    /** A key that does not fit is left out, with a word; those that follow it count. */
    private void apply(StateImage state, Run run, Learned learned, List<Learned> done) {
        try {
            if (effects.apply(state, learned)) {
                done.add(learned);
            } else {
                Wipe.octets(learned.value());
            }
        } catch (Refusal refusal) {
            run.remarks.add(learned.peer() + ": " + refusal.sentence());
        }
    }

    private ExchangeStep step(String handle, Run run, Step next) {
        if (next instanceof Step.Send send) {
            byte[] frame = new ProvisioningFrame(ProvisioningCodec.encode(send.request()), send.secret()).encode();
            run.tls.send(frame);
            Wipe.octets(frame, send.secret());
            return new ExchangeStep(handle, run.tls.output(), Optional.empty());
        }
        Step.Finished finished = (Step.Finished) next;
        List<String> changed = List.copyOf(run.changed);
        String sentence = run.remarks.isEmpty()
                ? "done with " + run.function
                : "done with " + run.function + ", but not all: " + String.join("; ", run.remarks);
        run.changed.clear();
        run.remarks.clear();
        boolean stays = run.goal.kind().equals(ExchangeGoal.FOLLOW);
        if (!stays) {
            close(run.tls);
        }
        ExchangeStep last = new ExchangeStep(
                handle,
                run.tls.output(),
                Optional.of(new ExchangeResult(ResponseStatus.OK.code(), sentence, changed, finished.retrySeconds())));
        if (!stays) {
            drop(handle);
        }
        return last;
    }

    private ExchangeStep failed(String handle, Run run, ResponseStatus status, String sentence) {
        vault.change(s -> {
            ClientState state = state(s, run.function);
            if (status == ResponseStatus.SECURITY_ASSOCIATION_REQUIRED) {
                state.registration = "";
            }
            return state;
        });
        if (!run.tls.closed()) {
            close(run.tls);
        }
        ExchangeStep last = new ExchangeStep(
                handle,
                run.tls.output(),
                Optional.of(new ExchangeResult(status.code(), sentence, List.copyOf(run.changed), 0)));
        drop(handle);
        return last;
    }

    /** A client of a function that another one gave a credential for. */
    static ClientState client(FunctionState.Kind kind, String fqdn, String uri, String credentialId, byte[] secret) {
        ClientState made = new ClientState();
        made.kind = kind;
        made.fqdn = fqdn;
        made.uri = uri;
        made.credentialId = credentialId;
        made.secret = secret;
        return made;
    }

    static ProvisioningKeys.Exported export(TlsPeer tls, String label) {
        byte[] exported = tls.export(label);
        try {
            return ProvisioningKeys.split(exported);
        } finally {
            Wipe.octets(exported);
        }
    }

    static String label(FunctionState.Kind kind) {
        return kind == FunctionState.Kind.MEF ? Labels.EXPORT_ENROLMENT : Labels.EXPORT_CONNECTION;
    }

    static void close(TlsPeer tls) {
        try {
            tls.close();
        } catch (TlsFailure alreadyOver) {
            // there is nothing left to close in order
        }
    }

    private static ResponseStatus status(TlsFailure failure) {
        return switch (failure.kind()) {
            case UNKNOWN_KEY_ID, NOT_AUTHENTIC, REFUSED_BY_PEER, CERTIFICATE ->
                ResponseStatus.ORIGINATOR_NOT_AUTHENTICATED;
            case CLOSED -> ResponseStatus.TARGET_NOT_REACHABLE;
            default -> ResponseStatus.BAD_REQUEST;
        };
    }

    private static Wish wish(ExchangeGoal goal) {
        return switch (goal.kind()) {
            case ExchangeGoal.ENROL -> new Wish.Enrol();
            case ExchangeGoal.RETURN -> new Wish.Return();
            case ExchangeGoal.FOLLOW -> new Wish.Follow();
            case ExchangeGoal.REGISTER -> new Wish.Register(goal.usage(), goal.targets());
            case ExchangeGoal.RETRIEVE ->
                new Wish.Retrieve(KeyIdentifier.parse(goal.subject()).relative());
            case ExchangeGoal.REVOKE -> new Wish.Revoke(goal.subject(), goal.reason());
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "there is no such goal of an exchange");
        };
    }

    private FunctionAccess access(ClientState f) {
        return new FunctionAccess(
                f.kind.name(),
                f.fqdn,
                f.uri,
                f.assignedKeyId.isEmpty() ? f.credentialId : f.assignedKeyId,
                !f.registration.isEmpty() && f.expirationTime > vault.now(),
                f.kind == FunctionState.Kind.MEF && !f.registration.isEmpty() && !f.settled,
                f.returnAt == 0 ? -1 : Math.max(0, f.returnAt - vault.now()),
                f.clientId,
                f.expirationTime);
    }

    private static ClientState state(StateImage state, String function) {
        return Optional.ofNullable(state.functions.get(function))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND,
                        "this end point has no credential for " + function + ": it needs a manufacturer's package"));
    }

    /** True for usages whose key becomes the pairwise key with the peer. */
    static boolean pairwise(Learned learned) {
        return Usage.esprim(learned.usage());
    }
}
