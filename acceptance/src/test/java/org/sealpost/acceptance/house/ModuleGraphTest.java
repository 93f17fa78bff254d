package org.sealpost.acceptance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which room may depend on which: read from the poms, and from the class path that the gateway is started with. */
class ModuleGraphTest {
    private static final Set<String> ROOMS_THAT_OPEN_ENVELOPES = Set.of("e2e", "oscore", "group", "enclave");

    private final ModuleGraph graph = ModuleGraph.read(root());

    ModuleGraphTest() throws Exception {}

    @Test
    void aRoomOnlyLooksDown() {
        assertThat(graph.looksUp()).isEmpty();
        assertThat(graph.planting("onem2m", "server").looksUp()).containsExactly("onem2m -> server");
    }

    @Test
    @Tag("G-05")
    void noPathLeadsFromTheGatewayToARoomThatOpensEnvelopes() {
        assertThat(envelopeRoomsReachedByGateway(graph)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "cse", "binding", "onem2m"})
    void thatRuleFailsWhenADependencyIsPlanted(String room) {
        assertThat(envelopeRoomsReachedByGateway(graph.planting(room, "e2e"))).contains("e2e");
        assertThat(envelopeRoomsReachedByGateway(graph.planting(room, "enclave")))
                .contains("enclave", "group", "e2e");
    }

    @Test
    void theGatewaysClassPathHoldsNoSuchRoomEither() throws Exception {
        Path file = Path.of(System.getProperty("sealpost.dist"), "sealpost-gateway.classpath");
        Set<String> jars = Arrays.stream(Files.readString(file).trim().split(":"))
                .map(entry -> Path.of(entry).getFileName().toString())
                .collect(Collectors.toSet());
        assertThat(jars).anyMatch(jar -> jar.startsWith("sealpost-cse"));
        for (String room : ROOMS_THAT_OPEN_ENVELOPES) {
            assertThat(jars).noneMatch(jar -> jar.startsWith("sealpost-" + room));
        }
    }

    @Test
    void whatIsShippedDoesNotKnowTheWitness() {
        for (String program : Set.of("enclave", "gateway", "device", "agent", "server", "cli")) {
            assertThat(graph.reachable(program))
                    .as(program)
                    .doesNotContain("witness", "demo", "bench", "load", "vectors", "fuzz", "conformance");
        }
    }

    private static Set<String> envelopeRoomsReachedByGateway(ModuleGraph graph) {
        return graph.reachable("gateway").stream()
                .filter(ROOMS_THAT_OPEN_ENVELOPES::contains)
                .collect(Collectors.toSet());
    }

    static Path root() {
        return Path.of(System.getProperty("sealpost.dist")).getParent().getParent();
    }
}
