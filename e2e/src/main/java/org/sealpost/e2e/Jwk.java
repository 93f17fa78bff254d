package org.sealpost.e2e;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Set;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** Public keys on P-256 as JSON Web Keys (RFC 7517, RFC 7518 6.2.1): exactly {@code crv}, {@code kty}, {@code x}, {@code y}. */
public final class Jwk {
    private static final int COORDINATE = 32;
    private static final Set<String> MEMBERS = Set.of("kty", "crv", "x", "y");

    /** The curve's parameters, looked up once. */
    private static final class Curve {
        static final ECParameterSpec P256 = p256();

        private static ECParameterSpec p256() {
            try {
                AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
                parameters.init(new ECGenParameterSpec("secp256r1"));
                return parameters.getParameterSpec(ECParameterSpec.class);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the platform has no P-256", e);
            }
        }
    }

    private Jwk() {}

    /** A fresh key pair. */
    public static KeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(Curve.P256, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform can't make P-256 keys", e);
        }
    }

    /** The canonical text of a public key: members in the order of RFC 7638 section 3, no white space. */
    public static String print(ECPublicKey key) {
        ECPoint w = key.getW();
        return "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + Base64Url.encode(octets(w.getAffineX())) + "\",\"y\":\""
                + Base64Url.encode(octets(w.getAffineY())) + "\"}";
    }

    /**
     * Reads a public key.
     *
     * @throws Refusal 4000 when it has other members, another curve, or is not a point of the curve
     */
    public static ECPublicKey parse(String text) {
        return parse(PrimitiveCodec.of(Serialization.JSON).decodeTree(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** As {@link #parse(String)}, from a tree. */
    public static ECPublicKey parse(JsonNode tree) {
        Members m = Members.of(tree, "a JSON Web Key", MEMBERS);
        if (!m.text("kty").equals("EC") || !m.text("crv").equals("P-256")) {
            throw refused();
        }
        return key(new ECPoint(coordinate(m.text("x")), coordinate(m.text("y"))));
    }

    private static ECPublicKey key(ECPoint point) {
        requireOnCurve(point);
        try {
            return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, Curve.P256));
        } catch (GeneralSecurityException e) {
            throw refused();
        }
    }

    /** A public key as an uncompressed point (SEC 1 2.3.3): 0x04 | x | y, 65 octets. */
    public static byte[] point(ECPublicKey key) {
        byte[] point = new byte[1 + 2 * COORDINATE];
        point[0] = 4;
        System.arraycopy(octets(key.getW().getAffineX()), 0, point, 1, COORDINATE);
        System.arraycopy(octets(key.getW().getAffineY()), 0, point, 1 + COORDINATE, COORDINATE);
        return point;
    }

    /**
     * Reads what {@link #point} gives.
     *
     * @throws Refusal 4000 when it is not a point of the curve
     */
    public static ECPublicKey fromPoint(byte[] point) {
        if (point.length != 1 + 2 * COORDINATE || point[0] != 4) {
            throw refused();
        }
        return key(new ECPoint(
                new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + COORDINATE)),
                new BigInteger(1, Arrays.copyOfRange(point, 1 + COORDINATE, point.length))));
    }

    /** RFC 7638 thumbprint with SHA-256, base64url: the key id of a public key. */
    public static String thumbprint(ECPublicKey key) {
        return Base64Url.encode(Sha256.of(print(key).getBytes(StandardCharsets.UTF_8)));
    }

    /** The private scalar, 32 octets; a secret. */
    public static byte[] scalar(ECPrivateKey key) {
        return octets(key.getS());
    }

    /** A private key from its scalar. */
    public static ECPrivateKey privateKey(byte[] scalar) {
        try {
            return (ECPrivateKey) KeyFactory.getInstance("EC")
                    .generatePrivate(new ECPrivateKeySpec(new BigInteger(1, scalar), Curve.P256));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a stored private key is not valid", e);
        }
    }

    private static void requireOnCurve(ECPoint point) {
        BigInteger p = ((ECFieldFp) Curve.P256.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right = x.modPow(BigInteger.valueOf(3), p)
                .add(Curve.P256.getCurve().getA().multiply(x))
                .add(Curve.P256.getCurve().getB())
                .mod(p);
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.multiply(y).mod(p).equals(right)) {
            throw refused();
        }
    }

    private static BigInteger coordinate(String text) {
        byte[] octets = Base64Url.decode(text);
        if (octets.length != COORDINATE) {
            throw refused();
        }
        return new BigInteger(1, octets);
    }

    private static byte[] octets(BigInteger value) {
        byte[] source = value.toByteArray();
        byte[] target = new byte[COORDINATE];
        int length = Math.min(source.length, COORDINATE);
        System.arraycopy(source, source.length - length, target, COORDINATE - length, length);
        return target;
    }

    private static Refusal refused() {
        return new Refusal(ResponseStatus.BAD_REQUEST, "a JSON Web Key is not a public key on P-256");
    }
}
