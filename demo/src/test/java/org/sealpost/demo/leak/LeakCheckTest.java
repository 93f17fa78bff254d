package org.sealpost.demo.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeakCheckTest {
    private final Secret key = secret("pairwise-key", 1);
    private final Secret plaintext = secret(Custody.COMMAND_PLAINTEXT, 2);
    private final Map<Place, Secret> canaries = LeakCheck.canaries(5);
    private final LeakCheck check = new LeakCheck(List.of(key, plaintext), canaries);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Place.class)
    void aKeyIsALeakInEveryPlace(Place place) throws Exception {
        Files.write(directory.resolve("a"), key.octets());
        check.search(place, directory, Set.of());
        assertThat(check.report().leaks())
                .singleElement()
                .satisfies(f -> assertThat(f.secret()).isEqualTo(key));
        assertThat(check.report().clean()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void aPlaintextMayBeAtEndPointsOnly(Place place) throws Exception {
        Files.write(directory.resolve("a"), plaintext.octets());
        check.search(place, directory, Set.of());
        boolean courier = place == Place.HOP || place == Place.GATEWAY_FILE || place == Place.GATEWAY_HEAP;
        assertThat(check.report().leaks()).hasSize(courier ? 1 : 0);
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void aPlaceWithoutItsCanaryIsReported(Place place) throws Exception {
        for (Place other : Place.values()) {
            Path file = directory.resolve(other.name());
            Place planted = other == place ? Place.values()[(place.ordinal() + 1) % Place.values().length] : other;
            Files.writeString(
                    file, "x" + HexFormat.of().formatHex(canaries.get(planted).octets()));
            check.search(other, file, Set.of());
        }
        assertThat(check.report().blind()).containsExactly(place);
        assertThat(check.report().leaks()).isEmpty();
    }

    @Test
    void whatBelongsToAnEnclaveIsNotSearched() throws Exception {
        Path enclave = Files.createDirectory(directory.resolve("enclave"));
        Files.write(enclave.resolve("key"), key.octets());
        check.search(Place.DEVICE_FILE, directory, Set.of(enclave));
        assertThat(check.report().leaks()).isEmpty();
    }

    @Test
    void witnessFilesAreReadUpToTheLineThatIsBeingWritten() throws Exception {
        Path file = directory.resolve("witness");
        String hex = HexFormat.of().formatHex(key.octets());
        Files.writeString(
                file,
                "epoch-secret //sp/in/doors epoch 3 " + hex + "\nepoch-secret //sp/in/doors epoch 3 " + hex
                        + "\nshort x 00ff\npairwise-key //sp/gw/C");
        List<Secret> read = Secret.read(List.of(file, directory.resolve("absent")));
        assertThat(read).singleElement().satisfies(s -> {
            assertThat(s.kind()).isEqualTo("epoch-secret");
            assertThat(s.owner()).isEqualTo("//sp/in/doors epoch 3");
        });
        List<Secret> all = new ArrayList<>(EpochSecrets.withDerivedKeys(read));
        assertThat(all.stream().map(Secret::kind))
                .containsExactlyInAnyOrder(
                        "epoch-secret",
                        "command-key",
                        "acknowledgement-key",
                        "reading-key",
                        "confirmation-key",
                        "group-oscore-key");
        assertThat(EpochSecrets.keys(read, "//sp/in/doors", 3)).isPresent();
        assertThat(EpochSecrets.keys(read, "//sp/in/doors", 4)).isEmpty();
    }

    private static Secret secret(String kind, long seed) {
        byte[] octets = new byte[32];
        new Random(seed).nextBytes(octets);
        return new Secret(kind, "owner", octets);
    }
}
