package org.sealpost.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Es256Test {
    /** RFC 6979 appendix A.2.5, SHA-256. */
    @ParameterizedTest
    @CsvSource({
        "sample,EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        "test,F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"
    })
    void signsAsTheStandardSays(String input, String signature) {
        byte[] scalar = HexFormat.of()
                .parseHex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"
                        .toLowerCase(java.util.Locale.ROOT));
        byte[] signed = Es256.sign(Jwk.privateKey(scalar), input.getBytes(StandardCharsets.US_ASCII));
        assertThat(HexFormat.of().withUpperCase().formatHex(signed)).isEqualTo(signature);
    }

    @Test
    void thePlatformVerifiesWhatIsSigned() throws Exception {
        for (int i = 0; i < 50; i++) {
            KeyPair keys = Jwk.generate(new SecureRandom());
            byte[] input = new byte[i * 7];
            byte[] signed = Es256.sign(keys.getPrivate(), input);
            assertThat(signed).hasSize(Es256.LENGTH);
            Signature platform = Signature.getInstance("SHA256withECDSAinP1363Format");
            platform.initVerify(keys.getPublic());
            platform.update(input);
            assertThat(platform.verify(signed)).isTrue();
            assertThat(Es256.verifies(keys.getPublic(), input, signed)).isTrue();
            signed[i] ^= 1;
            assertThat(Es256.verifies(keys.getPublic(), input, signed)).isFalse();
        }
    }

    @Test
    void aKeyOfAnotherKindIsRefused() throws Exception {
        KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        assertThatThrownBy(() -> Es256.sign(other.getPrivate(), new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
