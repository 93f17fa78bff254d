package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.tls.CertificateAuthority;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.Certificates;
import org.sealpost.onem2m.MutationTable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Every member of every body that an operator sends to a server, and to the MEF in it, changed; with the status that each change has to have. */
@Tag("long")
class AdminMutationTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north}
            groups:
              - {id: fire-doors, verbs: [close, open]}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
              - {name: door-2, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
            """;
    private static final String DOOR = "//sealpost.example/gw-north/Cdoor-1";
    private static final int UNKNOWN = 4004;
    private static final long YEAR = 365L * 86_400;

    @TempDir
    static Path folder;

    private static Program server;

    private final long seed = System.nanoTime();

    @BeforeAll
    static void start() throws Exception {
        Path fleet = Files.writeString(folder.resolve("fleet.yaml"), FLEET);
        server = new Program(
                "server",
                "org.sealpost.server.ServerMain",
                folder.resolve("server"),
                List.of("--fleet", fleet.toString(), "--http", "127.0.0.1:0", "--mef", "127.0.0.1:0"));
        assertThat(send("/enrol", request()).path("identity").asString("")).isEqualTo(DOOR);
        assertThat(send("/mef/manufacture", manufactured()).path("credentialId").asString(""))
                .isEqualTo("door-2@mef.sealpost.example");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void enrolments() throws Exception {
        check("/enrol", request(), MutationTable.OK, """
                field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                agreementKey   4000    4000  4000 -        -    -
                attestation    4000    4000  4000 -        -    -
                certificateKey 2000    4000  4000 -        -    -
                fingerprint    2000    2000  2000 -        -    -
                identity       4000    4128  4128 -        -    -
                signatureKey   4000    4000  4000 -        -    -
                """);
    }

    @Test
    void renewals() {
        check("/renew", object("member", "door-1"), MutationTable.OK, """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                member 4000    4004  4004 -        -    -
                """);
        check("/renew", JsonNodeFactory.instance.objectNode().put("all", true), MutationTable.OK, """
                field REMOVED
                all   4000
                """);
    }

    @Test
    void rotations() {
        check("/groups/fire-doors/rotate", object("reason", "rehearsal"), MutationTable.OK, """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                reason 2000    2000  4000 -        -    -
                """);
    }

    @Test
    void evictions() {
        check(
                "/groups/fire-doors/evict",
                object("member", "nobody", "reason", "rehearsal").put("captured", true),
                UNKNOWN,
                """
                field    REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                captured 4004    -     -    -        -    -
                member   4000    4004  4004 -        -    -
                reason   4004    4004  4000 -        -    -
                """);
    }

    @Test
    void suspensions() {
        check("/groups/fire-doors/suspend", object("member", "nobody", "reason", "rehearsal"), UNKNOWN, """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                member 4000    4004  4004 -        -    -
                reason 4004    4004  4000 -        -    -
                """);
        check("/groups/fire-doors/resume", object("member", "door-1", "reason", "rehearsal"), UNKNOWN, """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                member 4000    4004  4004 -        -    -
                reason 4004    4004  4000 -        -    -
                """);
    }

    @Test
    void schemes() throws Exception {
        check("/groups/fire-doors/scheme", object("scheme", "complete-subtree"), MutationTable.OK, """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                scheme 2000    2000  4000 -        -    -
                """);
        assertThat(send("/groups/fire-doors/scheme", object()).path("epoch").asInt())
                .as("back to the fleet file's")
                .isPositive();
    }

    @Test
    void commands() {
        ObjectNode order = object("group", "fire-doors", "target", "all", "verb", "close");
        order.putObject("args").put("speed", "slow");
        check("/commands", order.put("notAfterSeconds", 60).put("notify", false), MutationTable.OK, """
                field           REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                args            2000    2000  -    -        -    -
                args.speed      2000    2000  4000 -        -    -
                group           4000    4004  4004 -        -    -
                notAfterSeconds 2000    -     -    4000     2000 4000
                notify          2000    -     -    -        -    -
                target          2000    4000  4000 -        -    -
                verb            4000    4000  4000 -        -    -
                """);
    }

    @Test
    void revocations() {
        check("/revoke", object("member", "nobody", "reason", "stolen"), UNKNOWN, """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                member 4000    4004  4004 -        -    -
                reason 4004    4004  4000 -        -    -
                """);
        check("/mef/revoke", object("client", "nobody@mef.sealpost.example", "reason", "stolen"), UNKNOWN, """
                field  REMOVED EMPTY HUGE
                client 4000    4004  4004
                reason 4004    4004  4000
                """);
    }

    @Test
    void joins() {
        check("/join", object("manufacturePackage", "eyJ9.a.b.c.d"), 4000, """
                field              REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                manufacturePackage 4000    4000  4000 -        -    -
                """);
    }

    @Test
    void manufactureRequests() {
        check("/mef/manufacture", manufactured(), MutationTable.OK, """
                field        REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                agreementKey 4000    4000  4000 -        -    -
                fingerprint  2000    2000  4000 -        -    -
                name         4000    4000  4000 -        -    -
                """);
    }

    @Test
    void assignments() {
        ObjectNode assignment = object(
                "credential",
                "door-2@mef.sealpost.example",
                "identity",
                DOOR.replace("door-1", "door-2"),
                "role",
                "DEVICE");
        assignment
                .putArray("grants")
                .addObject()
                .put("usage", 21)
                .put("target", "maf.sealpost.example")
                .put("uri", "tls://127.0.0.1:9");
        check("/mef/assign", assignment, MutationTable.OK, """
                field         REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                credential    4000    4004  4004 -        -    -
                grants        2000    2000  -    -        -    -
                grants.target 4000    4000  4000 -        -    -
                grants.uri    2000    4000  4000 -        -    -
                grants.usage  4000    -     -    4000     4000 4000
                identity      4000    4000  4000 -        -    -
                role          2000    4000  4000 -        -    -
                """);
    }

    @Test
    void deviceCertificates() {
        SecureRandom random = new SecureRandom();
        KeyPair factory = Jwk.generate(random);
        Es256Signer signer = Es256Signer.of(factory.getPrivate());
        long now = System.currentTimeMillis() / 1000;
        X509Certificate authority = CertificateAuthority.authority(
                "factory.example", signer, (ECPublicKey) factory.getPublic(), now, now + YEAR, random);
        ObjectNode trusted = object("revocation", "when-listed");
        trusted.putArray("anchors").add(Certificates.pem(List.of(authority)));
        check("/mef/manufacturers", trusted, MutationTable.OK, """
                field      REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                anchors    2000    2000  -    -        -    -
                revocation 2000    4000  4000 -        -    -
                """);
        assertThat(send("/mef/manufacturers", trusted).path("done").asBoolean()).isTrue();
        X509Certificate device = CertificateAuthority.issue(
                authority,
                signer,
                CertificateName.ofHardware("1.3.6.1.4.1.32473.1", new byte[] {1}),
                (ECPublicKey) Jwk.generate(random).getPublic(),
                now,
                now + YEAR,
                random);
        check("/mef/expect", object("certificate", Certificates.pem(List.of(device))), MutationTable.OK, """
                field       REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                certificate 4000    4000  4000 -        -    -
                """);
    }

    @Test
    void permissions() {
        check("/mef/permit", object("credential", "door-2@mef.sealpost.example"), MutationTable.OK, """
                field      REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                credential 4000    4004  4004 -        -    -
                """);
    }

    private void check(String path, ObjectNode body, int whole, String table) {
        Map<String, String> wrong = new MutationTable(table)
                .wrong(body.toString().getBytes(StandardCharsets.UTF_8), whole, seed, json -> {
                    JsonNode answer = send(path, new String(json, StandardCharsets.UTF_8));
                    return answer.path("sentence").isMissingNode()
                            ? MutationTable.OK
                            : answer.path("status").asInt();
                });
        assertThat(wrong).as("%s, seed %s", path, seed).isEmpty();
    }

    private static ObjectNode object(String... members) {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < members.length; i += 2) {
            o.put(members[i], members[i + 1]);
        }
        return o;
    }

    private static ObjectNode manufactured() {
        return object(
                "name", "door-2", "agreementKey", print(Jwk.generate(new SecureRandom())), "fingerprint", "ab cd");
    }

    /** A request of a door whose keys are held here. */
    private static ObjectNode request() {
        KeyPair agreement = Jwk.generate(new SecureRandom());
        KeyPair signature = Jwk.generate(new SecureRandom());
        ObjectNode said =
                object("id", DOOR, "knd", "test", "ver", "1").put("v", 1).put("lvl", 1);
        said.put("agr", Jwk.thumbprint((ECPublicKey) agreement.getPublic()));
        String attestation = Jws.sign(
                (ECPrivateKey) signature.getPrivate(),
                Labels.TYPE_ATTESTATION,
                Jwk.thumbprint((ECPublicKey) signature.getPublic()),
                Map.of(),
                said.toString().getBytes(StandardCharsets.UTF_8));
        return object(
                "identity",
                DOOR,
                "agreementKey",
                print(agreement),
                "signatureKey",
                print(signature),
                "certificateKey",
                print(Jwk.generate(new SecureRandom())),
                "attestation",
                attestation,
                "fingerprint",
                "ab cd");
    }

    private static String print(KeyPair pair) {
        return Jwk.print((ECPublicKey) pair.getPublic());
    }

    private static JsonNode send(String path, ObjectNode body) {
        return send(path, body.toString());
    }

    private static JsonNode send(String path, String body) {
        try {
            return Site.send(server.address("admin"), server, "admin.token", path, body);
        } catch (Exception e) {
            throw new IllegalStateException("the door does not answer", e);
        }
    }
}
