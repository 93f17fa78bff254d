package org.sealpost.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fuzz targets without the fuzzer: seeds and their mutations, which a build can afford. Nothing but values and refusals comes out. */
class TargetsTest {
    private static final int MUTATIONS = 3000;

    @ParameterizedTest
    @EnumSource(Target.class)
    void seedsAndTheirMutationsAreReadOrRefused(Target target) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> seeds = target.seeds();
        seeds.forEach(target::run);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
            for (int n = random.nextInt(4); n >= 0 && input.length > 0; n--) {
                input[random.nextInt(input.length)] = (byte) random.nextInt(256);
            }
            byte[] cut =
                    random.nextInt(4) == 0 ? java.util.Arrays.copyOf(input, random.nextInt(input.length + 1)) : input;
            try {
                target.run(cut);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "seed " + seed + ", input " + HexFormat.of().formatHex(cut), e);
            }
        }
    }

    /** Findings of longer runs: each broke its target once. */
    @ParameterizedTest
    @CsvSource({
        "FLEET, 739b8d0000, a character that YAML does not allow",
        "CERTIFICATES, 73, a name of no identity",
        "ENCLAVE, 13005b6e756c6c5d, a call with a null",
        "PRIMITIVES, 05a1676d32696e6d3a63f90080, a number of half precision",
        "ENCLAVE, 80a46269640162696e69617570686f726974796463616c6c686e657745706f6368646172677383781b2f2f782e6578616d706c652f696e2f6373652d"
                + "696e2f646f6f72730281a3686964656e74697479712f2f7b2e6578616d706c652f67f72f4364647a6f6e65617a646c65616601, a member's name that is not UTF-8",
        "ENCLAVE, 41005b222f2f782e6578616d706c652f696e2f6373652d696e2f646f6f7273222c22225d, a confirmation that the authority itself should give"
    })
    void whatTheFuzzerFoundStaysMended(Target target, String input, String what) {
        assertThatCode(() -> target.run(HexFormat.of().parseHex(input)))
                .as(what)
                .doesNotThrowAnyException();
    }

    @Test
    void whatIsNeitherAValueNorARefusalIsAFinding() {
        assertThatThrownBy(() -> Outcome.of(() -> {
                    throw new IllegalArgumentException("not a refusal");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Outcome.of(() -> "a value")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-target", "--at-once=0", "--seconds=0"})
    void whatCannotBeRunIsAnErrorOfTheUser(String argument) {
        assertThat(new picocli.CommandLine(new FuzzMain()).execute(argument)).isEqualTo(2);
    }
}
