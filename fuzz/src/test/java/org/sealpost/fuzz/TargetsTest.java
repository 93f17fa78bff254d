package org.sealpost.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
                        "seed " + seed + ", input " + java.util.HexFormat.of().formatHex(cut), e);
            }
        }
    }

    @Test
    void whatIsNeitherAValueNorARefusalIsAFinding() {
        assertThatThrownBy(() -> Outcome.of(() -> {
                    throw new IllegalArgumentException("not a refusal");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Outcome.of(() -> "a value")).isTrue();
    }

    @Test
    void aTargetThatDoesNotExistIsAnErrorOfTheUser() {
        assertThat(new picocli.CommandLine(new FuzzMain()).execute("no-such-target"))
                .isEqualTo(2);
    }
}
