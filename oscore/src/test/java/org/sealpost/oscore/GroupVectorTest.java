package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * Group OSCORE octet by octet: values of draft-ietf-core-cacheable-oscore's appendix (Signature Encryption Key, key of member 52) and of two independent computations with the same
 * inputs, AES-CCM-16-64-128 for both modes.
 */
class GroupVectorTest {
    private static final String CLIENT = "25";
    private static final String SERVER = "52";
    private static final String OTHER = "77";
    private static final Map<String, String> SEEDS = Map.of(
            CLIENT, "64714d41a240b61d8d823502717ab088c9f4af6fc9844553e4ad4c42cc735239",
            SERVER, "857eb61d3f6d70a278a36740d132c099f62880ed497e27bdfd4685fa1a304f26",
            OTHER, "caa31f0cf65a10208c79eb4e9d82a43d9352c0b9d67dfde0d18561f7cac1d726");
    private static final Map<String, String> CREDENTIALS = Map.of(
            CLIENT,
            "a501781b636f6170733a2f2f746573746572312e6578616d706c652e636f6d02666d796e616d6503781a636f6170733a2f2f68656c6c6f312e6578616d706c652e6f7267041a70004b4f08a101a4010103272006215820069e912b83963acc5941b63546867dec106e5b9051f2ee14f3bc5cc961acd43a",
            SERVER,
            "a501781a636f6170733a2f2f7365727665722e6578616d706c652e636f6d026673656e64657203781a636f6170733a2f2f636c69656e742e6578616d706c652e6f7267041a70004b4f08a101a401010327200621582077ec358c1d344e41ee0e87b8383d23a2099acd39bdf989ce45b52e887463389b",
            OTHER,
            "a501781a636f6170733a2f2f7365727665722e6578616d706c652e636f6d026773656e6465723203781a636f6170733a2f2f636c69656e742e6578616d706c652e6f7267041a70004b4f08a101a40101032720062158202430471d8d1d60f739dbd6f9b080e08a67cacbf811fe42537e03a8c9abbdfd06");
    private static final String MANAGER =
            "a501781a636f6170733a2f2f6d79736974652e6578616d706c652e636f6d026c67726f75706d616e6167657203781a636f6170733a2f2f646f6d61696e2e6578616d706c652e6f7267041aab9b154f08a101a4010103272006215820cde3efd3bc3f99c9c9ee210415c6cba55061b5046e963b8a58c9143a61166472";
    private static final CoapMessage HELLO = new CoapMessage(
            0x01, List.of(new CoapMessage.Option(11, "helloWorld".getBytes(StandardCharsets.UTF_8))), new byte[0]);
    private static final CoapMessage WORLD =
            new CoapMessage(0x45, List.of(), "Hello World!".getBytes(StandardCharsets.UTF_8));
    private static final String GROUP_REQUEST =
            "4c82f7d4ac80ab0527d109377b32a53712f60b38cf4948b30347181b0df097fd1662c538fae0f47c45d8079069b07665ee2245d4deb074d201a062cb6242e7bc9563c301d5e979f9cfaa801228f11eeb87e0d1ad";

    private final GroupContext context = new GroupContext(
            GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_64_128, SignatureAlgorithm.EDDSA),
            hex("dd11"),
            hex("0102030405060708090a0b0c0d0e0f10"),
            hex("9e7ca92223786340"),
            hex(MANAGER));
    private final GroupMember client = member(CLIENT);
    private final GroupMember server = member(SERVER);

    @Test
    void keysAreDerivedAsPublished() {
        assertThat(context.signatureEncryptionKey()).isEqualTo(hex("85ca7c0bc5b8ea2e267b203dc3b71ce6"));
        assertThat(context.senderKey(hex(CLIENT))).isEqualTo(hex("93c25d07e8be6ba012b6d7da50c746d9"));
        assertThat(context.senderKey(hex(SERVER))).isEqualTo(hex("a8c8b7db5d05cfc7faa2bb1afaca6c2f"));
        assertThat(context.senderKey(hex(OTHER))).isEqualTo(hex("f9de8c534b0e5703b6999ff73883ebb1"));
        assertThat(context.nonce(hex(CLIENT), hex("00"), AeadAlgorithm.AES_CCM_16_64_128))
                .isEqualTo(hex("46eb80969ab73862084dd6f996"));
    }

    @Test
    void staticSecretOfMappedKeys() {
        assertThat(KeyAgreement.agree(
                        new PrivateKey.Ed25519(hex(SEEDS.get(CLIENT))),
                        Credential.parse(hex(CREDENTIALS.get(SERVER))).key()))
                .isEqualTo(hex("d96cef95976bf48d387bb986457b6cb1c188408764e9c2e77dffb7564da33f59"));
    }

    @Test
    void requestInGroupMode() {
        ProtectedMessage request = client.protectRequest(HELLO, 0).message();
        assertThat(request.option()).isEqualTo(hex("390002dd1125"));
        assertThat(request.payload()).isEqualTo(hex(GROUP_REQUEST));
        assertThat(same(server.openRequest(request).message(), HELLO)).isTrue();
    }

    @Test
    void responsesInGroupMode() {
        GroupMember.ProtectedRequest request = client.protectRequest(HELLO, 0);
        ProtectedMessage first = answer(server, request.message(), Mode.GROUP);
        ProtectedMessage second = answer(member(OTHER), request.message(), Mode.GROUP);
        assertThat(first.option()).isEqualTo(hex("2852"));
        assertThat(first.payload())
                .isEqualTo(
                        hex(
                                "d32f332d45339f50e058ad55eead14f4161e4ec372b8c8522e3f4aa4146ac1074e9b67ec3f5c66c344720d7770406475bd51f5184c2c349fe228681278b17e386999abfcb5638600a20e0140a736fdf3a1d33b6a5889"));
        assertThat(second.option()).isEqualTo(hex("2877"));
        assertThat(second.payload())
                .isEqualTo(
                        hex(
                                "6984215a5ff58c07b3d9e41c601050496fb944566b8ae0a70c337eef6feece184f9748f60a22884bcadece9ad878a2c3bd83c7478887b0596e4e5336142f7cfaccdd18685c869e781fa7290889f32ef1abf49ac67c87"));
        assertThat(client.openResponse(request.exchange(), first).server()).isEqualTo(hex(SERVER));
        assertThat(client.openResponse(request.exchange(), second).server()).isEqualTo(hex(OTHER));
    }

    @Test
    void requestAndResponseInPairwiseMode() {
        GroupMember.ProtectedRequest request = client.protectRequest(HELLO, hex(SERVER), 0);
        assertThat(request.message().option()).isEqualTo(hex("190002dd1125"));
        assertThat(request.message().payload()).isEqualTo(hex("af57755499e34b8c3bba2bfb6c35fd557791ef9c"));
        ProtectedMessage response = answer(server, request.message(), Mode.PAIRWISE);
        assertThat(response.option()).isEmpty();
        assertThat(response.payload()).isEqualTo(hex("f0118468dfbf8d29cb55be2d384e35e6f16df51e0deb"));
        assertThat(same(client.openResponse(request.exchange(), response).message(), WORLD))
                .isTrue();
    }

    @Test
    void aPairwiseResponseThatNamesItsSenderIsAnotherMessageAndOpensToo() {
        GroupMember.ProtectedRequest request = client.protectRequest(HELLO, hex(SERVER), 0);
        ProtectedMessage response =
                new ProtectedMessage(hex("0852"), hex("f0118468dfbf8d29cb55be2d384e7a07b0ce72aeb34b"));
        assertThat(same(client.openResponse(request.exchange(), response).message(), WORLD))
                .isTrue();
    }

    private static ProtectedMessage answer(GroupMember by, ProtectedMessage request, Mode mode) {
        return by.protectResponse(by.openRequest(request), mode, WORLD, OptionalLong.empty());
    }

    private GroupMember member(String id) {
        return new GroupMember(
                context,
                new GroupMember.Identity(
                        hex(id),
                        new PrivateKey.Ed25519(hex(SEEDS.get(id))),
                        Credential.parse(hex(CREDENTIALS.get(id)))),
                kid -> Optional.ofNullable(CREDENTIALS.get(HexFormat.of().formatHex(kid)))
                        .map(c -> Credential.parse(hex(c))));
    }

    private static boolean same(CoapMessage a, CoapMessage b) {
        return java.util.Arrays.equals(a.plaintext(), b.plaintext());
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
