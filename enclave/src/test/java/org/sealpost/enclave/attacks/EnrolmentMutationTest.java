package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.onem2m.MutationTable;
import org.sealpost.onem2m.Refusal;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every member of what an enrolment exchanges, signed again by whoever signs it; what is refused changes nothing. */
class EnrolmentMutationTest {
    private static final int OK = MutationTable.OK;
    private static final int KEY = 32;
    private static final Set<String> ENVELOPE = Set.of("alg", "enc", "kid", "typ", "epk");

    private final long seed = System.nanoTime();
    private final Building b = new Building();

    @Test
    void packages() {
        Package made = new Package();
        check(b.door1, made.signed(), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                to    4000    4000  4000 -        -    -
                srv   4000    4000  4000 -        -    -
                role  4000    4000  4000 -        -    -
                kid   4000    4000  4000 -        -    -
                root  4000    4000  4000 -        -    -
                kh    4000    4000  4000 -        -    -
                iat   4000    -     -    4000     4105 4000
                epk   4000    4000  4000 -        -    -
                wk    4000    4000  4000 -        -    -
                crt   2000    4000  4000 -        -    -
                """, json -> b.door1.enclave.acceptEnrolment(made.with(json)));
    }

    @Test
    void certificatesInPackages() {
        Package made = new Package();
        ObjectNode message = (ObjectNode) JsonMapper.shared().readTree(made.signed());
        check(b.door1, Jws.parse(message.get("crt").asString()).payload(), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                to    4000    4000  4000 -        -    -
                crt   4000    4000  -    -        -    -
                """, json -> {
            message.put("crt", Captured.party(b.server).signAsRoot(Labels.TYPE_CERTIFICATE, json));
            b.door1.enclave.acceptEnrolment(made.with(Building.utf8(message.toString())));
        });
    }

    /** A package for the door, opened. */
    private final class Package {
        private final EnrolmentRequest request = b.door1.enclave.enrolmentRequest(b.door1.identity);
        private final byte[] content = Jwe.parse(
                        b.server.enclave.enrolPeer(request, Role.DEVICE).enrolmentPackage(), ENVELOPE)
                .openFrom(Jwk.privateKey(b.door1.state().own.orElseThrow().agreement()));

        /** What the root signed in it. */
        byte[] signed() {
            return Jws.parse(new String(content, KEY, content.length - KEY, StandardCharsets.US_ASCII))
                    .payload();
        }

        /** The package with this in place of it, signed and sealed again. */
        String with(byte[] json) {
            byte[] signed = Captured.ascii(Captured.party(b.server).signAsRoot(Labels.TYPE_ENROLMENT, json));
            ECPublicKey door = Jwk.parse(request.agreementKey());
            return Jwe.sealTo(
                    Jwe.newHeader(Labels.TYPE_ENROLMENT_ENVELOPE, Jwk.thumbprint(door)),
                    door,
                    new SecureRandom(),
                    ByteBuffer.allocate(KEY + signed.length)
                            .put(content, 0, KEY)
                            .put(signed)
                            .array());
        }
    }

    @Test
    void attestations() {
        EnrolmentRequest request = b.door1.enclave.enrolmentRequest(b.door1.identity);
        byte[] message = Jws.parse(request.attestation()).payload();
        Captured door = Captured.party(b.door1);
        check(
                b.server,
                message,
                """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                id    4000    4000  4000 -        -    -
                knd   4000    4000  4000 -        -    -
                lvl   4000    -     -    4000     2000 4000
                ver   4000    4000  4000 -        -    -
                agr   4000    4000  4000 -        -    -
                """,
                json -> b.server.enclave.enrolPeer(
                        new EnrolmentRequest(
                                request.identity(),
                                request.agreementKey(),
                                request.signatureKey(),
                                request.certificateKey(),
                                door.sign(Labels.TYPE_ATTESTATION, Map.of(), json),
                                request.fingerprint()),
                        Role.DEVICE));
    }

    private void check(Party target, byte[] message, String table, Consumer<byte[]> attempt) {
        Map<String, byte[]> before = target.disk.copy();
        Map<String, String> wrong = new MutationTable(table).wrong(message, seed, json -> {
            try {
                attempt.accept(json);
                target.rollBack(before);
                return OK;
            } catch (Refusal refusal) {
                assertThat(Arrays.equals(target.disk.load("main").orElseThrow(), before.get("main")))
                        .as("a refusal changed the state: %s", refusal.getMessage())
                        .isTrue();
                return refusal.status().code();
            }
        });
        assertThat(wrong).as("seed %s", seed).isEmpty();
    }
}
