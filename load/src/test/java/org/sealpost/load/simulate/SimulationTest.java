package org.sealpost.load.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The short form of {@code sealpost simulate}. */
class SimulationTest {
    @Test
    void someWorldsLiveForTenHoursWithoutABrokenRule() {
        for (long seed = 100; seed < 102; seed++) {
            Simulation.Outcome outcome = Simulation.run(seed, 10, Wiring.SHIPPED);
            assertThat(outcome.steps()).as("seed %d", seed).isGreaterThan(50);
            assertThat(outcome.checks()).as("seed %d", seed).isGreaterThan(outcome.steps());
            assertThat(outcome.attacks()).as("seed %d", seed).isPositive();
        }
    }

    /** How long the platform's key pairs take to draw differs, what happens in the world does not. */
    @Test
    void aSeedGivesTheSameWorldAgain() {
        assertThat(Simulation.run(7, 5, Wiring.SHIPPED)).isEqualTo(Simulation.run(7, 5, Wiring.SHIPPED));
    }

    @Test
    void noneOfTwoThousandMessagesOfTheAdversaryIsAccepted() {
        Simulation.Outcome outcome = Simulation.siege(5, 2000, Wiring.SHIPPED);
        assertThat(outcome.attacks()).isGreaterThanOrEqualTo(2000);
    }

    /** A device that is out was still behind an epoch that it had a right to: its block, held back until then, arrived in the siege. */
    @Test
    void whatTheAdversaryOnlyHeldBackIsNoForgery() {
        assertThat(Simulation.siege(7, 200, Wiring.SHIPPED).attacks()).isGreaterThanOrEqualTo(200);
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThat(new CommandLine(new SimulateMain()).execute("--seeds", "0")).isEqualTo(2);
    }
}
