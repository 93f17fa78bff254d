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
        assertThat(context.commonIv()).isEqualTo(hex("47eb80969ab73847084dd6f996"));
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
    void pairwiseKeys() {
        PairwiseKeys keys = client.pairwiseKeys(hex(SERVER));
        assertThat(keys.to()).isEqualTo(hex("ee3f6fd7e62780a786cf80a49027295b"));
        assertThat(keys.from()).isEqualTo(hex("6c5a7cf25807d97898cbc75aacbf357e"));
    }

    /** What goes into a request in group mode, step by step. */
    @Test
    void stepsOfARequestInGroupMode() {
        RequestIdentity request = new RequestIdentity(hex(CLIENT), hex("00"), hex("dd11"));
        byte[] external =
                Aad.group(context, request, hex("390002dd1125"), Credential.parse(hex(CREDENTIALS.get(CLIENT))));
        assertThat(external)
                .isEqualTo(hex("8901840a0a27381a412541004042dd1146390002dd11255877" + CREDENTIALS.get(CLIENT) + "587c"
                        + MANAGER));
        Countersigned parts = Countersigned.of(hex(GROUP_REQUEST));
        assertThat(parts.ciphertext()).isEqualTo(hex("4c82f7d4ac80ab0527d109377b32a53712f60b38"));
        byte[] keystream = context.keystream(hex("00"), hex(CLIENT), true);
        assertThat(keystream)
                .isEqualTo(
                        hex(
                                "eb83593a3c2f9ae6b940e285fd5f69c36f3b26c925f413bead1b9490c0353d3ae0eea8db391d253bc35d75d4d9abc2c686da8fa0061a32516aa55be8871379a0"));
        assertThat(SignatureAlgorithm.EDDSA.sign(
                        new PrivateKey.Ed25519(hex(SEEDS.get(CLIENT))),
                        Aad.countersignature(external, parts.ciphertext())))
                .isEqualTo(
                        hex(
                                "24ca11893f6882fdb4b07578eb3dacfb95dbd2b5602c142ec4abe2f52e1778ee3e5edc0938bd47f0a11f92684cc801c75333f659c9b0b2434254450300f3a80d"));
    }

    /** Values of GroupKeyDerivationTest in the Group OSCORE branch of Californium (github.com/rikard-sics/californium): keys, and static secrets on both curves. */
    @Test
    void keysAndSecretsOfAnotherImplementation() {
        GroupContext other = new GroupContext(
                GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_64_128, SignatureAlgorithm.ES256),
                hex("37cbf3210017a2d3"),
                hex("0102030405060708090a0b0c0d0e0f10"),
                hex("9e7ca92223786340"),
                hex(MANAGER));
        assertThat(other.senderKey(hex("01"))).isEqualTo(hex("e39a0c7c77b43f03b4b39ab9a268699f"));
        assertThat(other.senderKey(hex(""))).isEqualTo(hex("af2a1300a5e95788b356336eeecd2b92"));
        assertThat(other.senderKey(hex("aa"))).isEqualTo(hex("4d9eabdba0f97f044fc0ee5313b1ebc6"));
        PrivateKey ed25519 =
                new PrivateKey.Ed25519(hex("0b0284a5e4a5ba450774951aeaf929703b9b15820b14df73bb90d8ea8dc42f37"));
        assertThat(KeyAgreement.agree(
                        ed25519,
                        key("a40101215820c172a62e03c047f9098464225cd58b14f32d61c048a439a737047c1d6ea7a4c220060327")))
                .isEqualTo(hex("fc299b3abaa8e013d3958a3ecc64522c0ba1bfa0979309d9b962280206e5a65d"));
        assertThat(KeyAgreement.agree(
                        ed25519,
                        key("a401012158203655330617e94b19b475e7aaa406fe49fdb334ba67cf6e369e74f8fc8cb3accc20060327")))
                .isEqualTo(hex("c59c68a927ac138d4b02fa3974da972e42aa2992ba2f74ab7832962d0923d050"));
        PrivateKey p256 = new PrivateKey.P256(hex("94dce044cb8795f3761a4c1647835dc961f1b4e2d16f6312f75af4d5cb3d538d"));
        assertThat(
                        KeyAgreement.agree(
                                p256,
                                key(
                                        "a5010222582038038aca025db376e1dcc63f74db839acacd3be8ead9fdc7462e3d66039d0e272158207844b06c6c6a3bedc07a5e684a5c0b702c8021f5610152be40980adebf2e0e3c20010326")))
                .isEqualTo(hex("86b62ef1516335e1c317c3b66d01228499b2ac3b8f4ec43f5b3139f72c910663"));
        assertThat(
                        KeyAgreement.agree(
                                p256,
                                key(
                                        "a501022258206d1b224572337ca330a9a44001d337844a80eea796a00a7c4dd31c8157e5893c215820da581d6f0e4f018a2f6fd6e322afc9f9c83857378a28fc7cb2f9bc8e61bb4e6720010326")))
                .isEqualTo(hex("71b47902d696fc825cd809282c42529689ab1c9028a11c5a5f989f14e4a2688c"));
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

    /** Of a COSE_Key, in a claims set that holds nothing else. */
    private static Credential.PublicKey key(String coseKey) {
        return Credential.parse(hex("a108a101" + coseKey)).key();
    }

    private static boolean same(CoapMessage a, CoapMessage b) {
        return java.util.Arrays.equals(a.plaintext(), b.plaintext());
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
