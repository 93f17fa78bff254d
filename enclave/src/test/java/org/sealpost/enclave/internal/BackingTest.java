package org.sealpost.enclave.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.custody.SoftwareRoot;

class BackingTest {
    private static final SecretObserver NOBODY = (kind, owner, secret) -> {};

    @TempDir
    Path directory;

    private final SecureRandom random = new SecureRandom();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--secure-environment vault|is process or pkcs11",
                "--secure-environment pkcs11|wants its PIN",
                "--colour red|there is no option --colour",
                "--token|without a value",
                "--token a --token b|given twice",
                "--token a|a token is named, but not its PIN",
                "--pin-file p --slot x|is a number",
                "--pin-file p --slot 1 --token a|stands in place of",
                "--pin-file p --key-file k|give one of them",
                "--passphrase-file p --key-file k|give one of them",
            })
    void optionsThatMakeNoSenseAreRefusedWithASentence(String options, String expected) {
        assertThatThrownBy(() -> Backing.parse(List.of(options.split(" "))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void optionsChooseTheBackEnd() {
        assertThat(Backing.parse(List.of())).isInstanceOf(Backing.KeyFile.class);
        assertThat(Backing.parse(List.of("--pin-file", "p"))).isInstanceOf(Backing.RootInToken.class);
        assertThat(Backing.parse(List.of("--secure-environment", "pkcs11", "--pin-file", "p", "--slot", "7")))
                .isInstanceOfSatisfying(Backing.KeysInToken.class, k -> {
                    assertThat(k.token().slot()).hasValue(7);
                    assertThat(k.token().label()).isEmpty();
                });
        assertThat(Backing.parse(List.of("--passphrase-file", "p"))).isInstanceOf(Backing.Passphrase.class);
    }

    @Test
    void aPassphraseOpensWhatItSealedAndNoOtherDoes() throws Exception {
        Path right = secret("right", "correct horse\n");
        Path wrong = secret("wrong", "battery staple\n");
        byte[] salt = new byte[32];
        byte[] key = SoftwareRoot.passphrase(right, directory, random, NOBODY).key(salt);
        assertThat(SoftwareRoot.passphrase(right, directory, random, NOBODY).key(salt))
                .isEqualTo(key);
        assertThatThrownBy(() -> SoftwareRoot.passphrase(wrong, directory, random, NOBODY))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("is not the one")
                .hasMessageNotContaining("battery");
        Path sealed = directory.resolve("enclave.root");
        byte[] weakened = Files.readAllBytes(sealed);
        weakened[9] = 0;
        Files.write(sealed, weakened);
        assertThatThrownBy(() -> SoftwareRoot.passphrase(right, directory, random, NOBODY))
                .hasMessageContaining("damaged");
    }

    @Test
    void aPassphraseFileThatOthersMayReadOrThatIsNotThereIsRefused() throws Exception {
        assertThatThrownBy(() -> SoftwareRoot.passphrase(directory.resolve("none"), directory, random, NOBODY))
                .hasMessageContaining("there is no passphrase file");
        Path open = secret("open", "x");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> SoftwareRoot.passphrase(open, directory, random, NOBODY))
                .hasMessageContaining("chmod 600");
        assertThatThrownBy(() -> SoftwareRoot.passphrase(secret("empty", "\n"), directory, random, NOBODY))
                .hasMessageContaining("is empty");
    }

    private Path secret(String name, String content) throws Exception {
        Path file = Files.writeString(directory.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
