package org.sealpost.demo.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScannerTest {
    private static final long SEED = 20260301;

    private final Random random = new Random(SEED);
    private final Secret secret = new Secret("pairwise-key", "//sp/gw/Cdoor-1", octets(32));
    private final Scanner scanner = new Scanner(List.of(secret, new Secret("epoch-secret", "doors", octets(32))));

    @ParameterizedTest
    @ValueSource(
            ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 1024 * 1024 - 5, 1024 * 1024, 1024 * 1024 + 61, 3 * 1024 * 1024 - 17
            })
    void theWholeSecretIsFoundAtAnyOffsetAndAcrossChunks(int before) throws IOException {
        assertThat(scan(octets(before), secret.octets(), octets(9)))
                .singleElement()
                .satisfies(f -> {
                    assertThat(f.offset()).isEqualTo(before);
                    assertThat(f.length()).isEqualTo(32);
                    assertThat(f.form()).isEqualTo("raw");
                });
    }

    @Test
    void everyPieceOfTwelveOctetsIsFoundInEveryFormAndAlignment() throws IOException {
        for (int i = 0; i + 12 <= 32; i++) {
            byte[] piece = Arrays.copyOfRange(secret.octets(), i, i + 12);
            assertThat(scan(octets(random.nextInt(9)), piece, octets(5)))
                    .as("raw, piece %s", i)
                    .hasSize(1);
            String hex = HexFormat.of().formatHex(piece);
            assertThat(scan(ascii("x=" + hex + ";"))).as("hex, piece %s", i).isNotEmpty();
            assertThat(scan(ascii(hex.toUpperCase(java.util.Locale.ROOT))))
                    .as("HEX, piece %s", i)
                    .isNotEmpty();
            for (int alignment = 0; alignment < 6; alignment++) {
                byte[] input = concat(octets(alignment), piece, octets(4));
                assertThat(scan(ascii(Base64.getEncoder().encodeToString(input))))
                        .as("base64, piece %s, alignment %s", i, alignment)
                        .isNotEmpty();
                assertThat(scan(ascii(Base64.getUrlEncoder().withoutPadding().encodeToString(input))))
                        .as("base64url, piece %s, alignment %s", i, alignment)
                        .isNotEmpty();
            }
        }
    }

    @Test
    void aTextInTwoOctetsPerCharacterIsFound() throws IOException {
        for (int offset = 0; offset < 4; offset++) {
            byte[] wide = HexFormat.of().formatHex(secret.octets()).getBytes(StandardCharsets.UTF_16BE);
            assertThat(scan(octets(offset), wide)).as("offset %s", offset).isNotEmpty();
        }
    }

    @Test
    void elevenOctetsAreNoFinding() throws IOException {
        for (int i = 0; i + 11 <= 32; i++) {
            byte[] piece = Arrays.copyOfRange(secret.octets(), i, i + 11);
            byte[] other = {(byte) (i == 0 ? 0 : ~secret.octets()[i - 1])};
            byte[] next = {(byte) (i + 11 == 32 ? 0 : ~secret.octets()[i + 11])};
            assertThat(scan(octets(7), other, piece, next)).isEmpty();
        }
    }

    @Test
    void noiseIsNoFinding() throws IOException {
        assertThat(scan(octets(1 << 22))).isEmpty();
        assertThat(scan(new byte[0])).isEmpty();
        assertThat(scan(octets(7))).isEmpty();
    }

    @Test
    void anyPieceAnywhereInAnyFormIsFound() throws IOException {
        for (int run = 0; run < 2000; run++) {
            int length = 12 + random.nextInt(21);
            int from = random.nextInt(33 - length);
            byte[] piece = Arrays.copyOfRange(secret.octets(), from, from + length);
            byte[] form = switch (random.nextInt(4)) {
                case 0 -> piece;
                case 1 -> ascii(HexFormat.of().formatHex(piece));
                case 2 -> ascii(Base64.getEncoder().encodeToString(concat(octets(random.nextInt(40)), piece)));
                default ->
                    ascii(Base64.getUrlEncoder().encodeToString(concat(octets(random.nextInt(40)), piece, octets(3))));
            };
            assertThat(scan(octets(random.nextInt(300)), form, octets(random.nextInt(300))))
                    .as("seed %s run %s", SEED, run)
                    .isNotEmpty()
                    .allMatch(f -> f.secret().equals(secret));
        }
    }

    private List<Finding> scan(byte[]... parts) throws IOException {
        return scanner.scan("here", Channels.newChannel(new ByteArrayInputStream(concat(parts))));
    }

    private byte[] octets(int count) {
        byte[] octets = new byte[count];
        random.nextBytes(octets);
        return octets;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
