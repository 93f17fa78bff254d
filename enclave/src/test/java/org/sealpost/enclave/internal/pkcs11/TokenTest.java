package org.sealpost.enclave.internal.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.e2e.Es256;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.P256Agreement;
import org.sealpost.e2e.WrappingAgreement;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.contract.SoftHsm;
import org.sealpost.enclave.internal.custody.KeyCustody.OwnKey;
import org.sealpost.group.EpochKeys;
import org.sealpost.onem2m.Refusal;

/** What happens in a token, call by call, against the platform's own algorithms; and what is said when it can't be used. */
class TokenTest {
    private static final long SEED = 20300101;
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";

    @TempDir
    Path directory;

    private final SecureRandom random = new SecureRandom();
    private SoftHsm hsm;
    private Token token;
    private TokenRoot root;
    private TokenCustody custody;

    @BeforeEach
    void open() throws Exception {
        hsm = SoftHsm.orSkip();
        token = Token.open(config("sealpost", hsm.pinFile()));
        root = TokenRoot.open(token, directory, random);
        custody = custody();
        custody.keepOnly(List.of());
    }

    @AfterEach
    void close() {
        if (token != null) {
            custody().keepOnly(List.of());
            token.close();
        }
    }

    @Test
    void aSignatureOfTheTokenVerifiesOutside() {
        OwnKey key = custody.generate("signature", "x");
        byte[] input = "signed".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] signature = custody.signer(key.reference()).sign(input);
        assertThat(Es256.verifies(key.publicKey(), input, signature)).isTrue();
        input[0] ^= 1;
        assertThat(Es256.verifies(key.publicKey(), input, signature)).isFalse();
    }

    @Test
    void bothSidesAgree() {
        OwnKey key = custody.generate("agreement", "x");
        var peer = Jwk.generate(random);
        assertThat(custody.agreement(key.reference()).agree((ECPublicKey) peer.getPublic()))
                .isEqualTo(P256Agreement.of(peer.getPrivate()).agree(key.publicKey()));
    }

    @Test
    void anEpochSecretIsUnwrappedInsideAndDerivesWhatEverybodyElseDerives() {
        OwnKey key = custody.generate("agreement", "x");
        byte[] wrapping = octets(1);
        byte[] secret = octets(2);
        byte[] reference = custody.acceptWrappingKey(
                key.reference(), key.publicKey(), WrappingAgreement.wrap(key.publicKey(), wrapping, random), "x");
        byte[] epoch = custody.acceptEpochSecret(reference, KeyWrap.wrap(wrapping, secret), "doors epoch 1");
        EpochKeys here = custody.epochKeys(epoch, GROUP, 1);
        EpochKeys there = EpochKeys.derive(secret, GROUP, 1);
        assertThat(here.keyCheckValue()).isEqualTo(there.keyCheckValue());
        assertThat(here.command()).isEqualTo(there.command());
        assertThat(contains(reference, wrapping)).isFalse();
        assertThat(contains(epoch, secret)).isFalse();
        byte[] foreign = KeyWrap.wrap(octets(3), secret);
        assertThatThrownBy(() -> custody.acceptEpochSecret(reference, foreign, "doors epoch 1"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4115));
    }

    @Test
    void aWrappingKeyThatWasWrappedForSomebodyElseIsRefused() {
        OwnKey key = custody.generate("agreement", "x");
        ECPublicKey other = (ECPublicKey) Jwk.generate(random).getPublic();
        var wrapped = WrappingAgreement.wrap(other, octets(1), random);
        assertThatThrownBy(() -> custody.acceptWrappingKey(key.reference(), key.publicKey(), wrapped, "x"))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void noKeyInTheTokenShowsItsValue() {
        custody.generate("signature", "x");
        List<Template> kinds = List.of(
                new Template().number(Ck.CKA_CLASS, Ck.CKO_PRIVATE_KEY),
                new Template().number(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY));
        for (Template kind : kinds) {
            List<Long> keys = token.use(session -> session.find(kind.flag(Ck.CKA_TOKEN, true)));
            assertThat(keys).isNotEmpty();
            for (long key : keys) {
                assertThat(token.<Boolean>use(session -> session.flag(key, Ck.CKA_SENSITIVE)))
                        .isTrue();
                assertThat(token.<Boolean>use(session -> session.flag(key, Ck.CKA_EXTRACTABLE)))
                        .isFalse();
                assertThatThrownBy(() -> token.use(session -> session.attribute(key, Ck.CKA_VALUE)))
                        .isInstanceOf(EnclaveUnavailable.class);
            }
        }
    }

    @Test
    void theRootIsTheSameAfterAnotherLoginAndAnotherSaltGivesAnotherKey() throws Exception {
        byte[] key = root.key(octets(1));
        assertThat(root.key(octets(2))).isNotEqualTo(key);
        token.close();
        assertThat(TokenRoot.open(token, directory, random).key(octets(1))).isEqualTo(key);
    }

    @Test
    void keysThatNoStateRefersToAreRemoved() {
        OwnKey kept = custody.generate("signature", "x");
        OwnKey lost = custody.generate("signature", "x");
        TokenCustody afterCrash = custody();
        afterCrash.keepOnly(List.of(kept.reference()));
        assertThat(afterCrash.signer(kept.reference()).sign(new byte[1])).hasSize(64);
        assertThatThrownBy(() -> afterCrash.signer(lost.reference()).sign(new byte[1]))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("does not hold the keys of this state");
        OwnKey unsaved = afterCrash.generate("signature", "x");
        afterCrash.keepOnly(List.of(kept.reference()));
        assertThatThrownBy(() -> afterCrash.signer(unsaved.reference()).sign(new byte[1]))
                .isInstanceOf(EnclaveUnavailable.class);
    }

    @Test
    void aForeignKeyUnderTheRootsNameIsNoticed() {
        token.use(session -> {
            session.generateMacKey(root.prefix(), octets(9));
            return root;
        });
        assertThatThrownBy(() -> root.key(octets(1)))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("foreign key")
                .hasMessageContaining("remove it");
    }

    @Test
    void anotherTokenThanTheOneTheStateWasSealedWithSaysSo() {
        try (Token other = Token.open(config("other", hsm.pinFile()))) {
            assertThatThrownBy(() -> TokenRoot.open(other, directory, random))
                    .isInstanceOf(EnclaveUnavailable.class)
                    .hasMessageContaining("insert the token that it was sealed with");
        }
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        assertThatThrownBy(() -> Token.open(config("nobodys", hsm.pinFile())))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("there is no token \"nobodys\"")
                .hasMessageContaining("\"sealpost\"");
        assertThatThrownBy(() -> Token.open(new TokenConfig(
                        directory.resolve("none.so"), Optional.of("x"), OptionalLong.empty(), hsm.pinFile())))
                .hasMessageContaining("there is no PKCS#11 module");
        Path text = Files.writeString(directory.resolve("text.so"), "not a library");
        assertThatThrownBy(
                        () -> Token.open(new TokenConfig(text, Optional.of("x"), OptionalLong.empty(), hsm.pinFile())))
                .hasMessageContaining("is not a PKCS#11 module");
        assertThatThrownBy(() -> Token.open(config("other", directory.resolve("no-pin"))))
                .hasMessageContaining("PIN file");
        Path open = Files.writeString(directory.resolve("pin"), "1");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> Token.open(config("other", open))).hasMessageContaining("chmod 600");
    }

    @Test
    void aWrongPinSaysWhatToDo() throws Exception {
        Path wrong = Files.writeString(directory.resolve("pin"), "11112222\n");
        Files.setPosixFilePermissions(wrong, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> Token.open(config("removed", wrong)))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("refuses the PIN")
                .hasMessageNotContaining("11112222");
    }

    @Test
    void returnCodesBecomeSentences() {
        assertThat(ReturnCodes.sentence(new TokenFailure("C_Login", Ck.CKR_PIN_LOCKED)))
                .contains("is locked");
        assertThat(ReturnCodes.sentence(new TokenFailure("C_Sign", Ck.CKR_DEVICE_REMOVED)))
                .contains("is gone");
        assertThat(ReturnCodes.sentence(new TokenFailure("C_Sign", 0x77))).contains("0x77");
        assertThat(ReturnCodes.lost(Ck.CKR_GENERAL_ERROR)).isFalse();
    }

    /** Native blocks must outlive the call that uses them, also once the compiler has made the calls fast and the collector runs all the time. */
    @Test
    void manyCallsAtOnceUnderTheCompilerAndTheCollectorStayRight() throws Exception {
        System.out.println("seed " + SEED);
        Random data = new Random(SEED);
        byte[] id = octets(7);
        token.use(session -> {
            session.generateMacKey("sealpost-load", id);
            return id;
        });
        long key = token.use(session ->
                session.find(new Template().text(Ck.CKA_LABEL, "sealpost-load")).get(0));
        byte[] same = new byte[200];
        data.nextBytes(same);
        byte[] expected = token.use(session -> session.mac(key, same));
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                boolean collects = t == 0;
                work.add(() -> {
                    int right = 0;
                    for (int i = 0; i < 6000; i++) {
                        if (collects && i % 100 == 0) {
                            System.gc();
                        }
                        right += java.util.Arrays.equals(expected, token.use(s -> s.mac(key, same))) ? 1 : 0;
                    }
                    return right;
                });
            }
            for (Future<Integer> done : callers.invokeAll(work)) {
                assertThat(done.get()).isEqualTo(6000);
            }
        } finally {
            callers.shutdownNow();
            token.use(session -> {
                session.destroy(key);
                return id;
            });
        }
        assertThat(expected).hasSize(Hmac.sha256(id, same).length);
    }

    private TokenCustody custody() {
        return new TokenCustody(token, root, "main", random, (kind, owner, secret) -> {});
    }

    private static TokenConfig config(String label, Path pin) {
        return new TokenConfig(SoftHsm.MODULE, Optional.of(label), OptionalLong.empty(), pin);
    }

    private static byte[] octets(int seed) {
        byte[] octets = new byte[32];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static boolean contains(byte[] whole, byte[] part) {
        return new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1)
                .contains(new String(part, java.nio.charset.StandardCharsets.ISO_8859_1));
    }
}
