package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** RFC 8613 appendix C: derivations C.1 to C.3, requests C.4 to C.6, responses C.7 and C.8. */
class OscoreVectorTest {
    private static final byte[] SECRET = hex("0102030405060708090a0b0c0d0e0f10");
    private static final byte[] SALT = hex("9e7ca92223786340");
    private static final byte[] NO_SALT = new byte[0];
    private static final Optional<byte[]> ID_CONTEXT = Optional.of(hex("37cbf3210017a2d3"));
    private static final CoapMessage GET = new CoapMessage(
            0x01,
            List.of(
                    new CoapMessage.Option(3, "localhost".getBytes(StandardCharsets.UTF_8)),
                    new CoapMessage.Option(11, "tv1".getBytes(StandardCharsets.UTF_8))),
            new byte[0]);
    private static final CoapMessage HELLO =
            new CoapMessage(0x45, List.of(), "Hello World!".getBytes(StandardCharsets.UTF_8));

    @Test
    void derivations() {
        derives(SALT, Optional.empty(), "", "01", "f0910ed7295e6ad4b54fc793154302ff", "4622d4dd6d944168eefb54987c");
        derives(SALT, Optional.empty(), "01", "", "ffb14e093c94c9cac9471648b4f98710", "4622d4dd6d944168eefb54987c");
        derives(
                NO_SALT,
                Optional.empty(),
                "00",
                "01",
                "321b26943253c7ffb6003b0b64d74041",
                "be35ae297d2dace910c52e99f9");
        derives(
                NO_SALT,
                Optional.empty(),
                "01",
                "00",
                "e57b5635815177cd679ab4bcec9d7dda",
                "be35ae297d2dace910c52e99f9");
        derives(SALT, ID_CONTEXT, "", "01", "af2a1300a5e95788b356336eeecd2b92", "2ca58fb85ff1b81c0b7181b85e");
        derives(SALT, ID_CONTEXT, "01", "", "e39a0c7c77b43f03b4b39ab9a268699f", "2ca58fb85ff1b81c0b7181b85e");
    }

    @Test
    void requests() {
        protects(context(SALT, Optional.empty(), "", "01"), false, "0914", "612f1092f1776f1c1668b3825e");
        protects(context(NO_SALT, Optional.empty(), "00", "01"), false, "091400", "4ed339a5a379b0b8bc731fffb0");
        protects(context(SALT, ID_CONTEXT, "", "01"), true, "19140837cbf3210017a2d3", "72cd7273fd331ac45cffbe55c3");
        assertThat(GET.outerCode()).isEqualTo(0x02);
        assertThat(GET.outerOptions()).extracting(CoapMessage.Option::number).containsExactly(3);
    }

    @Test
    void responses() {
        OscoreContext client = context(SALT, Optional.empty(), "", "01");
        OscoreContext server = context(SALT, Optional.empty(), "01", "");
        OscoreContext.ProtectedRequest request = client.protectRequest(GET, 20, false);
        ReceivedRequest received = server.openRequest(request.message());
        ProtectedMessage first = server.protectResponse(received, HELLO, OptionalLong.empty());
        assertThat(first.option()).isEmpty();
        assertThat(first.payload()).isEqualTo(hex("dbaad1e9a7e7b2a813d3c31524378303cdafae119106"));
        ProtectedMessage second = server.protectResponse(received, HELLO, OptionalLong.of(0));
        assertThat(second.option()).isEqualTo(hex("0100"));
        assertThat(second.payload()).isEqualTo(hex("4d4c13669384b67354b2b6175ff4b8658c666a6cf88e"));
        assertThat(client.openResponse(request.exchange(), first).payload()).isEqualTo(HELLO.payload());
        assertThat(client.openResponse(request.exchange(), second).payload()).isEqualTo(HELLO.payload());
    }

    @Test
    void forgeriesAreCountedAgainstTheKeysLimit() {
        OscoreContext server = context(SALT, Optional.empty(), "01", "");
        ProtectedMessage genuine = context(SALT, Optional.empty(), "", "01")
                .protectRequest(GET, 0, false)
                .message();
        byte[] damaged = genuine.payload().clone();
        damaged[0] ^= 1;
        ProtectedMessage forged = new ProtectedMessage(genuine.option(), damaged);
        long limit = AeadAlgorithm.AES_CCM_16_64_128.forgeryLimit();
        for (long i = 0; i < limit; i++) {
            GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> server.openRequest(forged));
        }
        assertThat(server.forgeries()).isEqualTo(limit);
        GroupMemberTest.refused(OscoreFailure.Reason.EXHAUSTED, () -> server.openRequest(genuine));
    }

    private static void derives(
            byte[] salt, Optional<byte[]> idContext, String sender, String recipient, String key, String iv) {
        Derivation derivation = new Derivation(SECRET, salt, idContext);
        assertThat(derivation.senderKey(hex(sender), AeadAlgorithm.AES_CCM_16_64_128))
                .isEqualTo(hex(key));
        assertThat(derivation.commonIv(AeadAlgorithm.AES_CCM_16_64_128.id(), 13))
                .isEqualTo(hex(iv));
        assertThat(recipient).isNotEqualTo(sender);
    }

    private static void protects(OscoreContext context, boolean sendIdContext, String option, String payload) {
        ProtectedMessage message =
                context.protectRequest(GET, 20, sendIdContext).message();
        assertThat(message.option()).isEqualTo(hex(option));
        assertThat(message.payload()).isEqualTo(hex(payload));
    }

    private static OscoreContext context(byte[] salt, Optional<byte[]> idContext, String sender, String recipient) {
        return new OscoreContext(AeadAlgorithm.AES_CCM_16_64_128, SECRET, salt, idContext, hex(sender), hex(recipient));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
