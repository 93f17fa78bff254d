package org.sealpost.e2e.provisioning;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.onem2m.Refusal;

/** An MEF or MAF and its clients, joined without TLS: what a handshake would export is drawn. */
final class Functions {
    static final String SERVER = "//sp.example/in-cse";
    static final String DOOR = "//sp.example/gw/Cdoor";
    static final String SENSOR = "//sp.example/gw/Csensor";

    final SecureRandom random = new SecureRandom();
    final FunctionState function = new FunctionState();
    final List<ProvisioningFunction.Event> events = new ArrayList<>();
    final String publicKeys = key();
    final String rootKey = key();
    long now = 1_900_000_000L;

    Functions(FunctionState.Kind kind, String fqdn) {
        function.kind = kind;
        function.fqdn = fqdn;
    }

    String key() {
        return Jwk.print(
                (java.security.interfaces.ECPublicKey) Jwk.generate(random).getPublic());
    }

    byte[] octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    /** {@link #SERVER}, which administrates, and {@link #DOOR}, which is to have a key for ESPrim with it. */
    void assign(ClientState server, ClientState door) {
        ProvisioningFunction.assign(function, server.credentialId, SERVER, "SERVER", List.of(), true);
        ProvisioningFunction.assign(
                function,
                door.credentialId,
                DOOR,
                "DEVICE",
                List.of(new FunctionState.Grant(Usage.ESPRIM, SERVER, Optional.empty())),
                false);
    }

    /** A client with a credential and a token, at both sides. */
    ClientState client(String credentialId) {
        byte[] secret = octets(32);
        byte[] token = octets(16);
        ProvisioningFunction.takeIn(function, credentialId, secret.clone(), token);
        ClientState state = new ClientState();
        state.kind = function.kind;
        state.fqdn = function.fqdn;
        state.credentialId = credentialId;
        state.secret = secret;
        state.token = token.clone();
        return state;
    }

    /** Runs a wish to its end; the keys that came of it. */
    List<ProvisioningClient.Learned> run(ClientState state, ProvisioningClient.Wish wish, Optional<String> root) {
        byte[] exported = octets(48);
        String id = state.assignedKeyId.isEmpty() ? state.credentialId : state.assignedKeyId;
        String client = ProvisioningFunction.clientOf(function, id).orElseThrow();
        ProvisioningFunction.Session session =
                new ProvisioningFunction.Session(client, ProvisioningKeys.split(exported));
        ProvisioningClient run = new ProvisioningClient(
                wish,
                new ProvisioningClient.Identity(
                        Optional.empty(), root.isPresent() ? Optional.empty() : Optional.of(publicKeys), root),
                ProvisioningKeys.split(exported));
        List<ProvisioningClient.Learned> learned = new ArrayList<>();
        ProvisioningClient.Step step = run.start(state, now, random);
        while (step instanceof ProvisioningClient.Step.Send send) {
            ProvisioningRequest request = ProvisioningCodec.decodeRequest(ProvisioningCodec.encode(send.request()));
            ProvisioningFunction.Answer answer =
                    ProvisioningFunction.handle(function, session, request, send.secret(), now, random);
            events.addAll(answer.events());
            ProvisioningResponse response =
                    ProvisioningCodec.decodeResponse(ProvisioningCodec.encode(answer.response()));
            step = run.on(state, response, answer.secret(), now);
            learned.addAll(run.takeLearned());
        }
        return learned;
    }

    List<ProvisioningClient.Learned> run(ClientState state, ProvisioningClient.Wish wish) {
        return run(state, wish, Optional.empty());
    }

    /** One request of a client that is authenticated. */
    ProvisioningFunction.Answer ask(ClientState state, ProvisioningRequest request) {
        String client =
                ProvisioningFunction.clientOf(function, state.credentialId).orElseThrow();
        ProvisioningFunction.Session session =
                new ProvisioningFunction.Session(client, ProvisioningKeys.split(octets(48)));
        ProvisioningFunction.Answer answer =
                ProvisioningFunction.handle(function, session, request, new byte[0], now, random);
        events.addAll(answer.events());
        return answer;
    }

    /** The status of a refusal. */
    static int status(ProvisioningFunction.Answer answer) {
        return ((ProvisioningResponse.Refused) answer.response()).status().code();
    }

    static int statusOf(Runnable refusing) {
        try {
            refusing.run();
            return 0;
        } catch (Refusal refusal) {
            return refusal.status().code();
        }
    }

    List<String> kinds() {
        return events.stream().map(ProvisioningFunction.Event::kind).toList();
    }
}
