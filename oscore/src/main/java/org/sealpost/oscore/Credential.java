package org.sealpost.oscore;

import java.io.ByteArrayOutputStream;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.oscore.cose.Cbor;
import tools.jackson.databind.JsonNode;

/**
 * An authentication credential: a CWT Claims Set (RFC 8392) with a COSE_Key in its {@code cnf} claim, kept octet for octet as it came, since that is what
 * goes into derivations and signatures (RFC 10021 section 2.4). Immutable.
 */
public final class Credential {
    private static final String CONFIRMATION = "8";
    private static final String COSE_KEY = "1";
    private static final String KEY_TYPE = "1";
    private static final String ALGORITHM = "3";
    private static final String CURVE = "-1";
    private static final String X = "-2";
    private static final String Y = "-3";
    private static final int OKP = 1;
    private static final int EC2 = 2;
    private static final int CURVE_P256 = 1;
    private static final int CURVE_ED25519 = 6;
    private static final int COORDINATE = 32;

    private final byte[] octets;
    private final PublicKey key;

    /** The public half, of one of the two curves. */
    public sealed interface PublicKey {}

    /** Ed25519: the encoded point, 32 octets. */
    record Ed25519Key(byte[] encoded) implements PublicKey {}

    /** NIST P-256: a point on the curve, not at infinity. */
    record P256Key(ECPoint point) implements PublicKey {}

    private Credential(byte[] octets, PublicKey key) {
        this.octets = octets;
        this.key = key;
    }

    /**
     * Reads a CWT Claims Set.
     *
     * @throws OscoreFailure {@code MALFORMED} when it holds no key of a supported curve, its algorithm is another one's, or the key is not a point that may be used
     */
    public static Credential parse(byte[] octets) {
        JsonNode key = Cbor.read(octets)
                .filter(JsonNode::isObject)
                .map(n -> n.get(CONFIRMATION))
                .filter(JsonNode::isObject)
                .map(n -> n.get(COSE_KEY))
                .filter(JsonNode::isObject)
                .orElseThrow(() -> malformed("a credential has no COSE_Key in its confirmation claim"));
        int type = number(key, KEY_TYPE).orElse(0);
        int curve = number(key, CURVE).orElse(0);
        if (type == OKP && curve == CURVE_ED25519) {
            requireAlgorithm(key, SignatureAlgorithm.EDDSA);
            return new Credential(octets.clone(), ed25519(coordinate(key, X)));
        }
        if (type == EC2 && curve == CURVE_P256) {
            requireAlgorithm(key, SignatureAlgorithm.ES256);
            return new Credential(octets.clone(), p256(key));
        }
        throw malformed("a credential's key is neither Ed25519 nor P-256");
    }

    /**
     * The credential of a key on P-256 as Sealpost's members have it, the same octets for the same input: {@code {2: subject, 8: {1: {1: 2, 3: -7, -1: 1, -2: x, -3: y}}}}.
     *
     * @param subject absolute identity
     */
    public static Credential of(String subject, ECPublicKey key) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0xa2, 0x02});
        // An array of one begins with one octet.
        byte[] text = Cbor.array(List.of(subject));
        out.write(text, 1, text.length - 1);
        out.writeBytes(
                new byte[] {0x08, (byte) 0xa1, 0x01, (byte) 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20
                });
        out.writeBytes(BigIntegers.asUnsignedByteArray(COORDINATE, key.getW().getAffineX()));
        out.writeBytes(new byte[] {0x22, 0x58, 0x20});
        out.writeBytes(BigIntegers.asUnsignedByteArray(COORDINATE, key.getW().getAffineY()));
        return parse(out.toByteArray());
    }

    /** Of what algorithm its key's signatures are. */
    public SignatureAlgorithm algorithm() {
        return key instanceof P256Key ? SignatureAlgorithm.ES256 : SignatureAlgorithm.EDDSA;
    }

    /** The credential as it came. */
    public byte[] octets() {
        return octets.clone();
    }

    public PublicKey key() {
        return key;
    }

    private static PublicKey ed25519(byte[] encoded) {
        try {
            // The constructor decodes the point and refuses what is not on the curve or of small order.
            return new Ed25519Key(new Ed25519PublicKeyParameters(encoded, 0).getEncoded());
        } catch (IllegalArgumentException e) {
            throw malformed("a credential's Ed25519 key is not a point that may be used");
        }
    }

    private static PublicKey p256(JsonNode key) {
        byte[] x = coordinate(key, X);
        JsonNode y = key.get(Y);
        byte[] encoded = new byte[1 + (y != null && y.isBinary() ? 2 : 1) * COORDINATE];
        System.arraycopy(x, 0, encoded, 1, COORDINATE);
        if (y != null && y.isBinary()) {
            encoded[0] = 4;
            System.arraycopy(coordinate(key, Y), 0, encoded, 1 + COORDINATE, COORDINATE);
        } else if (y != null && y.isBoolean()) {
            encoded[0] = (byte) (y.asBoolean() ? 3 : 2);
        } else {
            throw malformed("a credential's P-256 key has no y coordinate");
        }
        try {
            return new P256Key(
                    Curves.P256.validatePublicPoint(Curves.P256.getCurve().decodePoint(encoded)));
        } catch (IllegalArgumentException e) {
            throw malformed("a credential's P-256 key is not a point of the curve");
        }
    }

    private static byte[] coordinate(JsonNode key, String label) {
        byte[] value = Optional.ofNullable(key.get(label))
                .filter(JsonNode::isBinary)
                .map(JsonNode::binaryValue)
                .orElse(new byte[0]);
        if (value.length != COORDINATE) {
            throw malformed("a coordinate of a credential's key is not of 32 octets");
        }
        return value;
    }

    private static void requireAlgorithm(JsonNode key, SignatureAlgorithm algorithm) {
        if (key.has(ALGORITHM) && number(key, ALGORITHM).orElse(0) != algorithm.id()) {
            throw malformed("a credential's algorithm is not one of its key");
        }
    }

    private static Optional<Integer> number(JsonNode key, String label) {
        return Optional.ofNullable(key.get(label)).filter(JsonNode::isInt).map(JsonNode::intValue);
    }

    private static OscoreFailure malformed(String sentence) {
        return new OscoreFailure(OscoreFailure.Reason.MALFORMED, sentence);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Credential credential && Arrays.equals(octets, credential.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return "Credential[" + HexFormat.of().formatHex(octets) + "]";
    }
}
