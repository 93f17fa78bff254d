package org.sealpost.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.e2e.data.DataKey;
import org.sealpost.e2e.data.EsData;
import org.sealpost.e2e.data.KeyRing;
import org.sealpost.e2e.data.SecurityClass;
import org.sealpost.onem2m.Refusal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Our codecs and algorithm choices against Wycheproof. The expected results are Wycheproof's; where ours differ, docs/wycheproof.md says so and why: a difference that is not listed there
 * fails, and so does one that is listed and does not occur. Skipped where the vectors are not at hand: they are not part of the project.
 */
class WycheproofTest {
    private static final Path VECTORS =
            Path.of(System.getProperty("sealpost.shared")).resolve("vectors/wycheproof");
    private static final Path PAGE = Path.of(System.getProperty("sealpost.dist"))
            .resolve("../../docs/wycheproof.md")
            .normalize();
    private static final Pattern ROW =
            Pattern.compile("\\| (\\S+\\.json) \\| ([0-9, -]+) \\| (refuses|accepts) \\| (all|\\d+) \\|.*");
    private static final HexFormat HEX = HexFormat.of();

    /** What the tests of a file try; empty when it is refused. */
    @FunctionalInterface
    private interface Trial {
        Optional<byte[]> run(JsonNode group, JsonNode test) throws GeneralSecurityException;
    }

    private static final Map<String, Trial> TRIALS = Map.ofEntries(
            Map.entry("aes_gcm_test.json", WycheproofTest::gcm),
            Map.entry("aes_wrap_test.json", WycheproofTest::wrap),
            Map.entry("hkdf_sha256_test.json", WycheproofTest::hkdf),
            Map.entry("hmac_sha256_test.json", WycheproofTest::hmac),
            Map.entry("ecdsa_secp256r1_sha256_p1363_test.json", WycheproofTest::ecdsa),
            Map.entry("ecdh_secp256r1_test.json", WycheproofTest::ecdh),
            Map.entry("json_web_encryption_test.json", WycheproofTest::jose),
            Map.entry("json_web_signature_test.json", WycheproofTest::jose),
            Map.entry("json_web_key_test.json", WycheproofTest::jose),
            Map.entry("json_web_crypto_test.json", WycheproofTest::jose));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aes_gcm_test.json",
                "aes_wrap_test.json",
                "hkdf_sha256_test.json",
                "hmac_sha256_test.json",
                "ecdsa_secp256r1_sha256_p1363_test.json",
                "ecdh_secp256r1_test.json",
                "json_web_encryption_test.json",
                "json_web_signature_test.json",
                "json_web_key_test.json",
                "json_web_crypto_test.json"
            })
    void agreesOrIsListedWithItsReason(String file) throws Exception {
        Path path = VECTORS.resolve(file);
        assumeTrue(Files.exists(path), "no " + path.getFileName() + ": the vectors are not at hand");
        JsonNode root = JsonMapper.builder().build().readTree(Files.readAllBytes(path));
        Map<Integer, String> differ = new TreeMap<>();
        int tests = 0;
        for (JsonNode group : root.get("testGroups")) {
            for (JsonNode test : group.get("tests")) {
                tests++;
                String result = test.get("result").asString();
                Optional<byte[]> outcome = TRIALS.get(file).run(group, test);
                outcome.ifPresent(
                        o -> assertThat(o).as("%s %s", file, test.get("tcId")).isEqualTo(expected(test)));
                if (!result.equals("acceptable") && result.equals("valid") != outcome.isPresent()) {
                    differ.put(test.get("tcId").asInt(), outcome.isPresent() ? "accepts" : "refuses");
                }
            }
        }
        assertThat(tests).isEqualTo(root.get("numberOfTests").asInt());
        assertThat(differ).isEqualTo(listed(file));
    }

    private static byte[] expected(JsonNode test) {
        for (String output : List.of("okm", "pt", "shared")) {
            if (test.has(output)) {
                return HEX.parseHex(test.get(output).asString());
            }
        }
        return test.has("msg") ? HEX.parseHex(test.get("msg").asString()) : new byte[0];
    }

    private static Map<Integer, String> listed(String file) throws IOException {
        Map<Integer, String> listed = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            boolean here = row.matches()
                    && row.group(1).equals(file)
                    && (row.group(4).equals("all")
                            || Integer.parseInt(row.group(4))
                                    == Runtime.version().feature());
            if (here) {
                for (int id : ids(row.group(2))) {
                    assertThat(listed.put(id, row.group(3)))
                            .as("%s %s stands twice", file, id)
                            .isNull();
                }
            }
        }
        return listed;
    }

    private static TreeSet<Integer> ids(String text) {
        TreeSet<Integer> ids = new TreeSet<>();
        for (String part : text.split(",")) {
            String[] range = part.strip().split("-");
            for (int i = Integer.parseInt(range[0]); i <= Integer.parseInt(range[range.length - 1]); i++) {
                ids.add(i);
            }
        }
        return ids;
    }

    /** The platform's AES-GCM, which {@link Gcm} uses, and Gcm itself for what it takes: IVs of 12 octets and associated data in ASCII. */
    private static Optional<byte[]> gcm(JsonNode group, JsonNode test) {
        byte[] key = hex(test, "key");
        byte[] iv = hex(test, "iv");
        byte[] aad = hex(test, "aad");
        byte[] sealed = concat(hex(test, "ct"), hex(test, "tag"));
        Optional<byte[]> platform = attempt(() -> {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
            cipher.updateAAD(aad);
            return cipher.doFinal(sealed);
        });
        String text = new String(aad, StandardCharsets.US_ASCII);
        if (iv.length == Gcm.IV_LENGTH && Arrays.equals(text.getBytes(StandardCharsets.US_ASCII), aad)) {
            Optional<byte[]> ours = attempt(() -> Gcm.open(key, iv, text, sealed));
            assertThat(ours.isPresent()).isEqualTo(platform.isPresent());
            ours.ifPresent(o -> assertThat(Gcm.seal(key, iv, text, o)).isEqualTo(sealed));
            return ours;
        }
        return platform;
    }

    private static Optional<byte[]> wrap(JsonNode group, JsonNode test) {
        byte[] key = hex(test, "key");
        byte[] wrapped = hex(test, "ct");
        Optional<byte[]> opened = attempt(() -> KeyWrap.unwrap(key, wrapped, wrapped.length - 8));
        opened.ifPresent(o -> assertThat(KeyWrap.wrap(key, o)).isEqualTo(wrapped));
        return opened;
    }

    private static Optional<byte[]> hkdf(JsonNode group, JsonNode test) {
        return attempt(() -> Hmac.hkdf(
                hex(test, "ikm"),
                hex(test, "salt"),
                hex(test, "info"),
                test.get("size").asInt()));
    }

    private static Optional<byte[]> hmac(JsonNode group, JsonNode test) {
        byte[] tag = hex(test, "tag");
        byte[] ours = Arrays.copyOf(Hmac.sha256(hex(test, "key"), hex(test, "msg")), tag.length);
        return MessageDigest.isEqual(tag, ours) ? Optional.of(hex(test, "msg")) : Optional.empty();
    }

    private static Optional<byte[]> ecdsa(JsonNode group, JsonNode test) {
        JsonNode point = group.get("publicKey");
        ECPublicKey key = Jwk.parse("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + coordinate(point, "wx")
                + "\",\"y\":\"" + coordinate(point, "wy") + "\"}");
        return Es256.verifies(key, hex(test, "msg"), hex(test, "sig"))
                ? Optional.of(hex(test, "msg"))
                : Optional.empty();
    }

    /** 32 octets of a number that may be written with fewer or with a zero in front. */
    private static String coordinate(JsonNode point, String name) {
        byte[] number = hex(point, name);
        byte[] octets = new byte[32];
        int length = Math.min(number.length, octets.length);
        System.arraycopy(number, number.length - length, octets, octets.length - length, length);
        return Base64Url.encode(octets);
    }

    /** The point through our JSON Web Key, which validates it, then the agreement; the derivation over the shared secret is computed a second time here. */
    private static Optional<byte[]> ecdh(JsonNode group, JsonNode test) {
        return attempt(() -> {
            var peer = (ECPublicKey)
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(hex(test, "public")));
            if (peer.getParams().getCurve().getField().getFieldSize() != 256
                    || !peer.getParams().toString().contains("secp256r1")) {
                throw new GeneralSecurityException("another curve");
            }
            byte[] scalar = new java.math.BigInteger(hex(test, "private")).toByteArray();
            byte[] agreed =
                    EcdhEs.agree(Jwk.privateKey(scalar), Jwk.parse(Jwk.print(peer)), "A", 32, new byte[0], new byte[0]);
            byte[] shared = hex(test, "shared");
            byte[] input = ByteBuffer.allocate(4 + shared.length + 5 + 12)
                    .putInt(1)
                    .put(shared)
                    .putInt(1)
                    .put((byte) 'A')
                    .putInt(0)
                    .putInt(0)
                    .putInt(256)
                    .array();
            return Arrays.equals(agreed, MessageDigest.getInstance("SHA-256").digest(input)) ? shared : agreed;
        });
    }

    /** The strict codec of ESData with the keys of the group that it has a use for. */
    private static Optional<byte[]> jose(JsonNode group, JsonNode test) {
        boolean sealed = test.has("jwe");
        JsonNode object = test.get(sealed ? "jwe" : "jws");
        String text = object.isString() ? object.asString() : object.toString();
        JsonNode verifying = group.has("public") ? group.get("public") : group.get("private");
        return attempt(() -> {
            byte[] opened = EsData.openAttribute(
                            sealed ? SecurityClass.ENCRYPTION_ONLY : SecurityClass.SIGNATURE_ONLY,
                            text,
                            ring(sealed ? group.get("private") : verifying))
                    .payload();
            return sealed && test.has("pt") ? opened : new byte[0];
        });
    }

    private static KeyRing ring(JsonNode jwk) {
        List<DataKey> keys = new ArrayList<>();
        if (jwk.has("keys")) {
            jwk.get("keys").forEach(k -> key(k).ifPresent(keys::add));
        } else {
            key(jwk).ifPresent(keys::add);
        }
        return KeyRing.of(keys.toArray(new DataKey[0]));
    }

    /** A key for the one use that its JSON Web Key names. */
    private static Optional<DataKey> key(JsonNode jwk) {
        String id = jwk.path("kid").asString("none");
        String alg = jwk.path("alg").asString("");
        String use = jwk.path("use").asString("");
        boolean signs = use.equals("sig") || use.isEmpty() && !jwk.has("key_ops");
        boolean encrypts = use.equals("enc") || use.isEmpty() && !jwk.has("key_ops");
        return switch (jwk.path("kty").asString("")) {
            case "oct" -> {
                byte[] k = Base64Url.decode(jwk.get("k").asString());
                yield switch (alg) {
                    case "HS256" -> signs ? Optional.of(new DataKey.Mac(id, k)) : Optional.empty();
                    case "A128KW", "A192KW", "A256KW" ->
                        encrypts && 8 * k.length == Integer.parseInt(alg.substring(1, 4))
                                ? Optional.of(new DataKey.Wrapping(id, k))
                                : Optional.empty();
                    case "A128GCM", "A192GCM", "A256GCM" ->
                        encrypts ? Optional.of(new DataKey.Direct(id, k)) : Optional.empty();
                    default -> Optional.empty();
                };
            }
            case "EC" -> {
                if (!jwk.path("crv").asString("").equals("P-256")) {
                    yield Optional.empty();
                }
                if (alg.equals("ES256") && signs) {
                    yield Optional.of(new DataKey.Verifier(id, Jwk.parse(jwk(jwk))));
                }
                yield alg.startsWith("ECDH-ES") && encrypts && jwk.has("d")
                        ? Optional.of(new DataKey.OwnRecipient(
                                id, Jwk.privateKey(Base64Url.decode(jwk.get("d").asString()))))
                        : Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    /** The members that a public key of ours has. */
    private static String jwk(JsonNode jwk) {
        return "{\"crv\":" + jwk.get("crv") + ",\"kty\":" + jwk.get("kty") + ",\"x\":" + jwk.get("x") + ",\"y\":"
                + jwk.get("y") + "}";
    }

    @FunctionalInterface
    private interface Work {
        byte[] run() throws GeneralSecurityException;
    }

    /** Empty when it is refused, in one of the ways our code refuses; anything else is a defect and comes through. */
    private static Optional<byte[]> attempt(Work work) {
        try {
            return Optional.of(work.run());
        } catch (Refusal | GeneralSecurityException | IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    private static byte[] hex(JsonNode test, String name) {
        return HEX.parseHex(test.get(name).asString());
    }

    private static byte[] concat(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
