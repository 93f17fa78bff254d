package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.enclave.internal.core.StateImage;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.onem2m.Refusal;

/** A32, A35, A36: what the gateway saw, what programs and logs could see, and what a joiner or a leaver can open. */
class SecrecyAttacksTest {
    private static final int SHORTEST_SECRET = 16;

    private final Building b = new Building();

    @Test
    @DisplayName("A35 everything that the gateway ever saw is searched for every secret that any enclave ever held")
    void a35TheGatewaySawNoSecret() {
        ScriptedGateway gateway = new ScriptedGateway(b);
        wholeStory(gateway);
        StringBuilder seen = new StringBuilder();
        gateway.recorded().forEach(l -> seen.append(new String(l.octets(), StandardCharsets.ISO_8859_1)));
        assertThat(gateway.recorded()).hasSizeGreaterThan(30);
        assertThat(secrets()).hasSizeGreaterThan(20);
        assertThat(findings(seen.toString())).isEmpty();
        byte[] planted = b.door1.secrets.get(0);
        assertThat(findings(seen + Base64.getUrlEncoder().encodeToString(planted)))
                .as("the search can find")
                .isNotEmpty();
    }

    @Test
    @DisplayName("A32 nothing that an enclave gives its program, as a value, as text, or in an error, holds a secret")
    void a32ProgramsAndLogsSeeNoSecret() {
        StringBuilder seen = new StringBuilder();
        for (Party p : List.of(b.server, b.agent, b.door1, b.door2, b.sensor)) {
            p.enclave = overheard(p.enclave, seen);
        }
        ScriptedGateway gateway = new ScriptedGateway(b);
        wholeStory(gateway);
        gateway.follow(Script.flip(777));
        for (Party p : List.of(b.door1, b.door2)) {
            try {
                gateway.push(p, Building.DOORS);
            } catch (Refusal refusal) {
                seen.append(refusal);
            }
        }
        for (String heard : List.of("Execute[", "Confirmed[", "Reading[", "EpochFacts[", "keyCheckValue")) {
            assertThat(seen.indexOf(heard)).as(heard).isNotNegative();
        }
        assertThat(findings(seen.toString())).isEmpty();
        assertThat(findings(seen + HexFormat.of().formatHex(b.server.secrets.get(0))))
                .isNotEmpty();
    }

    @Test
    @DisplayName(
            "A36 who left opens nothing of later epochs, who joined nothing of earlier ones: all keys are tried on all traffic")
    void a36LeaverAndJoiner() {
        ScriptedGateway gateway = new ScriptedGateway(b);
        List<String> first = new ArrayList<>();
        List<String> later = new ArrayList<>();
        var withoutJoiner = b.doors();
        withoutJoiner.removeIf(m -> m.identity().equals(b.door2.identity));
        b.server.enclave.newEpoch(Building.DOORS, 2, withoutJoiner);
        gateway.push(b.door1, Building.DOORS);
        first.addAll(traffic(b.door1));
        var withoutLeaver = b.doors();
        withoutLeaver.removeIf(m -> m.identity().equals(b.door1.identity));
        b.server.enclave.newEpoch(Building.DOORS, 3, withoutLeaver);
        gateway.push(b.door2, Building.DOORS);
        gateway.push(b.agent, Building.DOORS);
        later.addAll(traffic(b.door2));
        Oracle leaver = new Oracle(b.door1);
        Oracle joiner = new Oracle(b.door2);
        assertThat(first).allMatch(leaver::opens).noneMatch(joiner::opens);
        assertThat(later).noneMatch(leaver::opens).allMatch(joiner::opens);
    }

    /** Commands and readings of the current epoch. */
    private List<String> traffic(Party member) {
        return List.of(
                b.command(b.server, "close").envelope(),
                b.command(b.server, "open").envelope(),
                member.enclave.sealReading(Building.DOORS, Building.utf8("{}")));
    }

    private void wholeStory(ScriptedGateway gateway) {
        for (Party m : List.of(b.agent, b.door1, b.door2)) {
            gateway.push(m, Building.DOORS);
        }
        gateway.push(b.sensor, Building.SENSORS);
        b.delegate("close");
        gateway.command(b.agent, b.command(b.agent, "close").envelope(), List.of(b.door1, b.door2));
        gateway.command(b.server, b.command(b.server, "release").envelope(), List.of(b.door1, b.door2));
        gateway.reading(
                b.door1, b.door1.enclave.sealReading(Building.DOORS, Building.utf8("{}")), List.of(b.server, b.agent));
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
        gateway.push(b.door2, Building.DOORS);
        b.door1.enclave.credentials();
        b.server.enclave.currentEpoch(Building.DOORS);
    }

    private Set<String> secrets() {
        Set<String> needles = new LinkedHashSet<>();
        for (Party p : List.of(b.server, b.agent, b.door1, b.door2, b.sensor)) {
            p.secrets.stream().filter(s -> s.length >= SHORTEST_SECRET).forEach(s -> {
                needles.add(new String(s, StandardCharsets.ISO_8859_1));
                needles.add(HexFormat.of().formatHex(s));
                needles.add(Base64.getEncoder().withoutPadding().encodeToString(s));
                needles.add(Base64.getUrlEncoder().withoutPadding().encodeToString(s));
                needles.add(Arrays.toString(s));
            });
        }
        return needles;
    }

    private List<String> findings(String text) {
        return secrets().stream().filter(text::contains).toList();
    }

    /** Writes down all that passes between a program and its enclave, as a careless program would log it. */
    private static Enclave overheard(Enclave enclave, StringBuilder heard) {
        return (Enclave) Proxy.newProxyInstance(
                Enclave.class.getClassLoader(), new Class<?>[] {Enclave.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(enclave, arguments);
                        heard.append(text(result)).append('\n');
                        return result;
                    } catch (InvocationTargetException e) {
                        heard.append(e.getCause()).append('\n');
                        throw e.getCause();
                    }
                });
    }

    private static String text(Object value) {
        return value + " " + tools.jackson.databind.json.JsonMapper.shared().writeValueAsString(value);
    }

    /** Tries everything that a party keeps as the secret of any epoch. */
    private static final class Oracle {
        private final List<EpochKeys> keys = new ArrayList<>();

        Oracle(Party party) {
            StateImage state = party.state();
            List<byte[]> loot = new ArrayList<>(party.secrets);
            state.credentials.values().forEach(held -> {
                loot.add(held.current().secret());
                held.previous().ifPresent(e -> loot.add(e.secret()));
            });
            for (byte[] secret : loot) {
                for (long epoch = 1; epoch <= 4; epoch++) {
                    keys.add(EpochKeys.derive(secret, Building.DOORS, epoch));
                }
                keys.add(new EpochKeys(secret, secret, secret, secret, secret, ""));
            }
        }

        boolean opens(String envelope) {
            for (GroupEnvelope.Use use : GroupEnvelope.Use.values()) {
                for (EpochKeys candidate : keys) {
                    try {
                        GroupEnvelope.parse(use, envelope).open(candidate);
                        return true;
                    } catch (Refusal | IllegalStateException notWithThis) {
                        // the next one
                    }
                }
            }
            return false;
        }
    }
}
