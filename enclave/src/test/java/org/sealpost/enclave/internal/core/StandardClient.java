package org.sealpost.enclave.internal.core;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.sealpost.e2e.Es256;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Sha256;
import org.sealpost.enclave.GroupManagerKeys.ManagerAnswer;
import org.sealpost.enclave.GroupManagerKeys.RekeyMessage;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.OscoreContext;
import org.sealpost.oscore.PrivateKey;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.ReceivedRequest;
import org.sealpost.oscore.SignatureAlgorithm;
import org.sealpost.oscore.cose.Cbor;
import tools.jackson.databind.JsonNode;

/** A client as RFC 9594 and the profile for Group OSCORE describe it, with the keys that a party was enrolled with; the transport is the test. Numbers are written out, so that a wrong one in the program is seen. */
final class StandardClient {
    static final byte[] NONCE = {1, 2, 3, 4, 5, 6, 7, 8};

    final String identity;
    private final Party server;
    private final byte[] pairwise;
    private final byte[] scalar;
    private final OscoreContext context;
    private long number;

    StandardClient(Party party, Party server) {
        this.identity = party.identity;
        this.server = server;
        this.pairwise = party.state().anchor.orElseThrow().pairwise();
        this.scalar = party.state().own.orElseThrow().signature();
        this.context = context(party.identity, pairwise);
    }

    /** Context of a client with its group manager. */
    static OscoreContext context(String identity, byte[] pairwise) {
        return new OscoreContext(
                AeadAlgorithm.AES_CCM_16_64_128,
                derived(pairwise, "sealpost/v1/manager/context"),
                new byte[0],
                Optional.empty(),
                Arrays.copyOf(Sha256.of(identity.getBytes(StandardCharsets.UTF_8)), 7),
                new byte[0]);
    }

    private static byte[] derived(byte[] pairwise, String label) {
        return Hmac.hkdf(pairwise, new byte[0], (label + '\0').getBytes(StandardCharsets.US_ASCII), 32);
    }

    /**
     * A response.
     *
     * @param code inside the protection
     */
    record Response(int code, List<String> location, byte[] payload, ManagerAnswer raw) {
        JsonNode map() {
            return Cbor.read(payload).orElseThrow();
        }

        /** Number of the error in problem details; -1 without. */
        int error() {
            return map().path("0").path("0").asInt(-1);
        }
    }

    OscoreContext.ProtectedRequest request(int method, String path, byte[] payload) {
        List<CoapMessage.Option> options = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            options.add(new CoapMessage.Option(11, segment.getBytes(StandardCharsets.UTF_8)));
        }
        return context.protectRequest(new CoapMessage(method, options, payload), number++, false);
    }

    Response ask(int method, String path, byte[] payload) {
        OscoreContext.ProtectedRequest request = request(method, path, payload);
        ManagerAnswer answer = server.enclave.answerClient(
                request.message().option(), request.message().payload());
        CoapMessage inner = context.openResponse(
                request.exchange(), new ProtectedMessage(answer.option().orElseThrow(), answer.payload()));
        List<String> location = inner.options().stream()
                .filter(o -> o.number() == 8)
                .map(o -> new String(o.value(), StandardCharsets.UTF_8))
                .toList();
        return new Response(inner.code(), location, inner.payload(), answer);
    }

    Response get(String path) {
        return ask(1, path, new byte[0]);
    }

    /** A right request to join. */
    Map<Long, Object> joining(String group, int roles) {
        byte[] scope = Cbor.array(List.of(List.of(group, roles)));
        Map<Long, Object> map = new TreeMap<>();
        map.put(3L, scope);
        map.put(4L, Optional.empty());
        map.put(6L, NONCE);
        if (roles != 8) {
            map.put(5L, credential().octets());
            map.put(24L, proof(scope));
        }
        return map;
    }

    Response join(String group, int roles) {
        return ask(2, "ace-group/" + group, Cbor.map(joining(group, roles)));
    }

    byte[] proof(byte[] scope) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (byte[] part : List.of(scope, derived(pairwise, "sealpost/v1/manager/challenge"), NONCE)) {
            if (part.length < 24) {
                input.write(0x40 + part.length);
            } else {
                input.write(0x58);
                input.write(part.length);
            }
            input.writeBytes(part);
        }
        return Es256.sign(Jwk.privateKey(scalar), input.toByteArray());
    }

    Credential credential() {
        return Credential.of(identity, Jwk.parse(publicKey));
    }

    private String publicKey = "";

    StandardClient withKey(String jwk) {
        publicKey = jwk;
        return this;
    }

    /** The member that a join response makes of this client; a silent server without a Sender ID. */
    GroupMember member(Response joined) {
        JsonNode all = joined.map();
        JsonNode key = all.get("8");
        GroupContext group = new GroupContext(
                new GroupAlgorithms(
                        Optional.empty(),
                        Arrays.stream(AeadAlgorithm.values())
                                .filter(a -> a.id() == key.get("9").asInt())
                                .findFirst(),
                        Arrays.stream(SignatureAlgorithm.values())
                                .filter(a -> a.id() == key.get("10").asInt())
                                .findFirst()),
                key.get("6").binaryValue(),
                key.get("2").binaryValue(),
                key.get("5").binaryValue(),
                all.get("17").binaryValue());
        Map<String, Credential> peers = new HashMap<>();
        for (int i = 0; i < all.path("13").size(); i++) {
            peers.put(
                    HexFormat.of().formatHex(all.get("15").get(i).binaryValue()),
                    Credential.parse(all.get("13").get(i).binaryValue()));
        }
        if (!key.has("7")) {
            return new GroupMember(
                    group,
                    Optional.empty(),
                    kid -> Optional.ofNullable(peers.get(HexFormat.of().formatHex(kid))));
        }
        return new GroupMember(
                group,
                new GroupMember.Identity(key.get("7").binaryValue(), new PrivateKey.P256(scalar.clone()), credential()),
                kid -> Optional.ofNullable(peers.get(HexFormat.of().formatHex(kid))));
    }

    /** Takes a rekeying message; the answer. */
    ProtectedMessage taken(RekeyMessage message, int code) {
        ReceivedRequest request = context.openRequest(new ProtectedMessage(message.option(), message.payload()));
        received = request.message();
        return context.protectResponse(request, new CoapMessage(code, List.of(), new byte[0]), OptionalLong.empty());
    }

    CoapMessage received = new CoapMessage(0, List.of(), new byte[0]);
}
