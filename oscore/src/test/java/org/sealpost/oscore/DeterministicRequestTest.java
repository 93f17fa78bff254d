package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Deterministic requests, with the values of draft-ietf-core-cacheable-oscore-02's appendix, and what a member or a cache would try with them. */
class DeterministicRequestTest {
    private static final String MANAGER =
            "a501781a636f6170733a2f2f6d79736974652e6578616d706c652e636f6d026c67726f75706d616e6167657203781a636f6170733a2f2f646f6d61696e2e6578616d706c652e6f7267041aab9b154f08a101a4010103272006215820cde3efd3bc3f99c9c9ee210415c6cba55061b5046e963b8a58c9143a61166472";
    private static final String SERVER =
            "a501781a636f6170733a2f2f7365727665722e6578616d706c652e636f6d026673656e64657203781a636f6170733a2f2f636c69656e742e6578616d706c652e6f7267041a70004b4f08a101a401010327200621582077ec358c1d344e41ee0e87b8383d23a2099acd39bdf989ce45b52e887463389b";
    private static final String CLIENT =
            "a501781b636f6170733a2f2f746573746572312e6578616d706c652e636f6d02666d796e616d6503781a636f6170733a2f2f68656c6c6f312e6578616d706c652e6f7267041a70004b4f08a101a4010103272006215820069e912b83963acc5941b63546867dec106e5b9051f2ee14f3bc5cc961acd43a";
    private static final String HASH = "404b3a7c9f8c878a0b5246cca71e3926f0a8cebefdcabbc80e79579d5a1ee17d";
    private static final CoapMessage HELLO = new CoapMessage(
            0x01, List.of(new CoapMessage.Option(11, "helloWorld".getBytes(StandardCharsets.UTF_8))), new byte[0]);
    private static final CoapMessage ANSWER = new CoapMessage(
            0x45, List.of(new CoapMessage.Option(14, hex("0e10"))), ". ID: 42".getBytes(StandardCharsets.UTF_8));

    private final GroupContext context = new GroupContext(
            GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_64_128, SignatureAlgorithm.EDDSA),
            hex("dd11"),
            hex("0102030405060708090a0b0c0d0e0f10"),
            hex("9e7ca92223786340"),
            hex(MANAGER));
    private final DeterministicClient nobody = new DeterministicClient(context, hex("dc"));
    private final GroupMember server =
            member("52", "857eb61d3f6d70a278a36740d132c099f62880ed497e27bdfd4685fa1a304f26", SERVER);
    private final GroupMember client =
            member("25", "64714d41a240b61d8d823502717ab088c9f4af6fc9844553e4ad4c42cc735239", CLIENT);

    @Test
    void requestAndResponseAreThoseOfTheDraft() {
        DeterministicClient.Request request = nobody.protect(HELLO);
        assertThat(request.message().option()).isEqualTo(hex("190002dd11dc"));
        assertThat(request.requestHash()).isEqualTo(hex(HASH));
        assertThat(request.message().payload()).isEqualTo(hex("65bcd5d5edf413497bfdeec8975e2acafa702b45"));
        ReceivedRequest received = nobody.open(request.message(), request.requestHash());
        ProtectedMessage response = server.protectResponse(received, Mode.GROUP, ANSWER, OptionalLong.of(0));
        assertThat(response.option()).isEqualTo(hex("290052"));
        assertThat(response.payload())
                .isEqualTo(
                        hex(
                                "cbc7356c84c10b626fef8bd57ed2dfaeec175f8e44e1b291806c0fb8b26be41b9266766ee4175644dfdb25e58d2d777b105c06c5bade67d6262ca30712342a3275dd378a99e8f5ddfa5d257c5a4d77b5d681d73848ed"));
        GroupMember.OpenedResponse opened = client.openResponse(request.exchange(), response);
        assertThat(opened.server()).isEqualTo(hex("52"));
        assertThat(opened.message().payload()).isEqualTo(ANSWER.payload());
    }

    @Test
    void everyMemberMakesTheSameAndOneResponseServesAll() {
        DeterministicClient another = new DeterministicClient(context, hex("dc"));
        DeterministicClient.Request first = nobody.protect(HELLO);
        DeterministicClient.Request second = another.protect(HELLO);
        assertThat(second.message().payload()).isEqualTo(first.message().payload());
        ProtectedMessage cached = server.protectResponse(
                nobody.open(first.message(), first.requestHash()), Mode.GROUP, ANSWER, OptionalLong.of(7));
        assertThat(client.openResponse(second.exchange(), cached).message().payload())
                .isEqualTo(ANSWER.payload());
    }

    @Test
    void aCacheAnswersWithTheResponseToAnotherRequest() {
        DeterministicClient.Request asked = nobody.protect(HELLO);
        DeterministicClient.Request other = nobody.protect(new CoapMessage(
                0x01, List.of(new CoapMessage.Option(11, "elsewhere".getBytes(StandardCharsets.UTF_8))), new byte[0]));
        ProtectedMessage response = server.protectResponse(
                nobody.open(other.message(), other.requestHash()), Mode.GROUP, ANSWER, OptionalLong.of(1));
        GroupMemberTest.refused(
                OscoreFailure.Reason.NOT_AUTHENTIC, () -> client.openResponse(asked.exchange(), response));
        assertThat(client.openResponse(other.exchange(), response).server()).isEqualTo(hex("52"));
    }

    @Test
    void aRequestWithEffectsIsNeitherMadeNorTaken() {
        CoapMessage post = new CoapMessage(0x02, HELLO.options(), new byte[0]);
        GroupMemberTest.refused(OscoreFailure.Reason.UNSUPPORTED, () -> nobody.protect(post));
    }

    @Test
    void aRequestComesUnderAnotherHash() {
        DeterministicClient.Request request = nobody.protect(HELLO);
        byte[] other = request.requestHash().clone();
        other[31] ^= 1;
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> nobody.open(request.message(), other));
        GroupMemberTest.refused(
                OscoreFailure.Reason.UNKNOWN_CONTEXT, () -> nobody.open(request.message(), new byte[31]));
    }

    @Test
    void aResponseNeedsANumberAndACountersignature() {
        DeterministicClient.Request request = nobody.protect(HELLO);
        ReceivedRequest received = nobody.open(request.message(), request.requestHash());
        assertThatThrownBy(() -> server.protectResponse(received, Mode.GROUP, ANSWER, OptionalLong.empty()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> server.protectResponse(received, Mode.PAIRWISE, ANSWER, OptionalLong.of(3)))
                .isInstanceOf(IllegalArgumentException.class);
        GroupMemberTest.refused(
                OscoreFailure.Reason.MALFORMED,
                () -> client.openResponse(request.exchange(), new ProtectedMessage(hex("0852"), new byte[30])));
    }

    private GroupMember member(String id, String seed, String credential) {
        return new GroupMember(
                context,
                new GroupMember.Identity(hex(id), new PrivateKey.Ed25519(hex(seed)), Credential.parse(hex(credential))),
                kid -> switch (HexFormat.of().formatHex(kid)) {
                    case "52" -> Optional.of(Credential.parse(hex(SERVER)));
                    case "25" -> Optional.of(Credential.parse(hex(CLIENT)));
                    default -> Optional.empty();
                });
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
