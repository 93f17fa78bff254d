package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Countersignatures, key agreement and AES-CCM as this room uses them, against Wycheproof: no test may go another way than the file says, but for those that are "acceptable". Skipped where the
 * vectors are not at hand: they are not part of the project.
 */
class OscoreWycheproofTest {
    private static final HexFormat HEX = HexFormat.of();

    /** What a test gives; empty when it is refused. */
    @FunctionalInterface
    private interface Trial {
        Optional<byte[]> run(JsonNode group, JsonNode test);
    }

    @Test
    void x25519() throws IOException {
        int tried = agrees("x25519_test.json", "shared", (group, test) -> {
            try {
                return Optional.of(KeyAgreement.x25519Of(octets(test, "private"), octets(test, "public")));
            } catch (OscoreFailure weak) {
                return Optional.empty();
            }
        });
        assertThat(tried).isEqualTo(518);
    }

    @Test
    void ed25519() throws IOException {
        int tried = agrees("ed25519_test.json", "", (group, test) -> {
            byte[] key = octets(group.get("publicKey"), "pk");
            return verified(SignatureAlgorithm.EDDSA, ed25519(key), test);
        });
        assertThat(tried).isEqualTo(151);
    }

    @Test
    void es256() throws IOException {
        int tried = agrees("ecdsa_secp256r1_sha256_p1363_test.json", "", (group, test) -> {
            byte[] point = octets(group.get("publicKey"), "uncompressed");
            return verified(
                    SignatureAlgorithm.ES256,
                    new Credential.P256Key(Curves.P256.getCurve().decodePoint(point)),
                    test);
        });
        assertThat(tried).isEqualTo(262);
    }

    @Test
    void aesCcm() throws IOException {
        List<AeadAlgorithm> ours = List.of(AeadAlgorithm.AES_CCM_16_64_128, AeadAlgorithm.AES_CCM_16_128_128);
        int tried = agrees("aes_ccm_test.json", "msg", (group, test) -> {
            Optional<AeadAlgorithm> algorithm = ours.stream()
                    .filter(a -> group.get("keySize").asInt() == 8 * a.keyLength()
                            && group.get("ivSize").asInt() == 8 * a.nonceLength()
                            && group.get("tagSize").asInt() == 8 * a.tagLength())
                    .findFirst();
            if (algorithm.isEmpty()) {
                return Optional.of(NOT_OURS);
            }
            byte[] text = octets(test, "ct");
            byte[] tag = octets(test, "tag");
            byte[] sealed = Arrays.copyOf(text, text.length + tag.length);
            System.arraycopy(tag, 0, sealed, text.length, tag.length);
            try {
                return Optional.of(
                        algorithm.get().open(octets(test, "key"), octets(test, "iv"), octets(test, "aad"), sealed));
            } catch (OscoreFailure refused) {
                return Optional.empty();
            }
        });
        assertThat(tried).isPositive();
    }

    private static final byte[] NOT_OURS = {};

    private static Credential.Ed25519Key ed25519(byte[] key) {
        return new Credential.Ed25519Key(new Ed25519PublicKeyParameters(key, 0).getEncoded());
    }

    private static Optional<byte[]> verified(SignatureAlgorithm algorithm, Credential.PublicKey key, JsonNode test) {
        return algorithm.verify(key, octets(test, "msg"), octets(test, "sig"))
                ? Optional.of(new byte[0])
                : Optional.empty();
    }

    /** How many tests were tried. */
    private static int agrees(String file, String output, Trial trial) throws IOException {
        Path path = Path.of(System.getProperty("sealpost.shared"))
                .resolve("vectors/wycheproof")
                .resolve(file);
        assumeTrue(Files.exists(path), "no " + file + ": the vectors are not at hand");
        JsonNode root = JsonMapper.builder().build().readTree(Files.readAllBytes(path));
        List<String> differ = new ArrayList<>();
        int tried = 0;
        for (JsonNode group : root.get("testGroups")) {
            for (JsonNode test : group.get("tests")) {
                Optional<byte[]> outcome = trial.run(group, test);
                if (outcome.isPresent() && outcome.get() == NOT_OURS) {
                    continue;
                }
                tried++;
                String result = test.get("result").asString();
                boolean right =
                        output.isEmpty() || outcome.isEmpty() || Arrays.equals(outcome.get(), octets(test, output));
                if (!right || !result.equals("acceptable") && result.equals("valid") != outcome.isPresent()) {
                    differ.add(file + " " + test.get("tcId") + " " + result);
                }
            }
        }
        assertThat(differ).isEmpty();
        return tried;
    }

    private static byte[] octets(JsonNode test, String name) {
        return HEX.parseHex(test.get(name).asString());
    }
}
