package org.sealpost.cse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** Resources at a CSE: TS-0004 7.3 and 7.4, TS-0003 7.1. */
class ResourceRulesTest {
    private static final String ALICE = "Calice";
    private static final String BOB = "Cbob";
    private final Alone in = Alone.server();

    ResourceRulesTest() {
        in.ae("alice");
        in.ae("bob");
    }

    @AfterEach
    void close() {
        in.close();
    }

    @Test
    @Tag("S-05")
    void aRuleForTheAuthenticatedOnlyDoesNotMatchWhoMerelyClaimsToBeSomebody() {
        policy("flagged-acp", rule("Cbob", 2, ",\"acaf\":true"));
        container("flagged", "flagged-acp");
        policy("unflagged-acp", rule("Cbob", 2, ",\"acaf\":false"));
        container("unflagged", "unflagged-acp");
        policy("absent-acp", rule("Cbob", 2, ""));
        container("absent", "absent-acp");
        String bob = "//sealpost.example/in-cse/Cbob";
        assertThat(in.retrieve("cse-in/alice/flagged", BOB).status())
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        assertThat(in.ask(Operation.RETRIEVE, "cse-in/alice/flagged", bob, Source.esprim(bob), b -> b)
                        .status())
                .isEqualTo(ResponseStatus.OK);
        assertThat(in.retrieve("cse-in/alice/unflagged", BOB).status()).isEqualTo(ResponseStatus.OK);
        assertThat(in.retrieve("cse-in/alice/absent", BOB).status()).isEqualTo(ResponseStatus.OK);
    }

    @Test
    @Tag("E-32")
    void anInnerOriginatorThatIsNotTheOneAuthenticatedIsAnImpostor() {
        assertThat(in.ask(
                                Operation.RETRIEVE,
                                "cse-in/alice",
                                "//sealpost.example/in-cse/Calice",
                                Source.esprim("//sealpost.example/in-cse/Cbob"),
                                b -> b)
                        .status())
                .isEqualTo(ResponseStatus.ESPRIM_IMPERSONATION_ERROR);
    }

    @Test
    @Tag("S-07")
    void withoutPoliciesOnlyTheCreatorHasAccess() {
        in.require(in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{\"rn\":\"own\"}"));
        assertThat(in.retrieve("cse-in/alice/own", ALICE).status()).isEqualTo(ResponseStatus.OK);
        for (Operation operation : List.of(Operation.RETRIEVE, Operation.DELETE)) {
            assertThat(in.ask(operation, "cse-in/alice/own", BOB, b -> b).status())
                    .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        }
        assertThat(in.create("cse-in/alice/own", BOB, 4, "m2m:cin", "{\"con\":\"x\"}")
                        .status())
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
    }

    @Test
    @Tag("S-07")
    void anUpdateOfTheListOfPoliciesStandsAloneAndNeedsTheirSelfPrivileges() {
        in.require(in.create(
                "cse-in/alice",
                ALICE,
                1,
                "m2m:acp",
                "{\"rn\":\"strict\",\"pv\":" + rules(rule("Cbob", 63, "")) + ",\"pvs\":" + rules(rule("Calice", 63, ""))
                        + "}"));
        container("shared", "strict");
        String other = "{\"acpi\":[]}";
        assertThat(in.update("cse-in/alice/shared", BOB, "m2m:cnt", "{\"lbl\":[\"x\"]}")
                        .status())
                .isEqualTo(ResponseStatus.UPDATED);
        assertThat(in.update("cse-in/alice/shared", BOB, "m2m:cnt", other).status())
                .as("privileges are not self-privileges")
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        assertThat(in.update("cse-in/alice/shared", ALICE, "m2m:cnt", "{\"acpi\":[],\"lbl\":[]}")
                        .status())
                .isEqualTo(ResponseStatus.BAD_REQUEST);
        assertThat(in.update("cse-in/alice/shared", ALICE, "m2m:cnt", other).status())
                .isEqualTo(ResponseStatus.UPDATED);
    }

    @Test
    @Tag("S-08")
    void aPolicyKeepsARuleInItsSelfPrivileges() {
        String one = rules(rule("Calice", 63, ""));
        for (String wrong : List.of(
                "{\"rn\":\"p\",\"pv\":" + one + "}",
                "{\"rn\":\"p\",\"pvs\":" + one + "}",
                "{\"rn\":\"p\",\"pv\":" + one + ",\"pvs\":{}}",
                "{\"rn\":\"p\",\"pv\":" + one + ",\"pvs\":{\"acr\":[]}}")) {
            assertThat(in.create("cse-in/alice", ALICE, 1, "m2m:acp", wrong).status())
                    .as(wrong)
                    .isEqualTo(ResponseStatus.BAD_REQUEST);
        }
        policy("p", rule("Cbob", 2, ""));
        for (String wrong : List.of("{\"pvs\":{\"acr\":[]}}", "{\"pvs\":null}")) {
            assertThat(in.update("cse-in/alice/p", ALICE, "m2m:acp", wrong).status())
                    .as(wrong)
                    .isEqualTo(ResponseStatus.BAD_REQUEST);
        }
    }

    @Test
    @Tag("S-09")
    void theBaseIsNotMadeChangedOrRemovedByRequests() {
        assertThat(in.create("-", ALICE, 5, "m2m:cb", "{}").status()).isEqualTo(ResponseStatus.OPERATION_NOT_ALLOWED);
        assertThat(in.update("-", ALICE, "m2m:cb", "{\"lbl\":[]}").status())
                .isEqualTo(ResponseStatus.OPERATION_NOT_ALLOWED);
        assertThat(in.delete("-", ALICE).status()).isEqualTo(ResponseStatus.OPERATION_NOT_ALLOWED);
        assertThat(in.ask(
                                Operation.NOTIFY,
                                "-",
                                ALICE,
                                b -> b.content(Alone.content(Content.SECURITY_INFO, "{\"sit\":3}")))
                        .status())
                .isEqualTo(ResponseStatus.OK);
        assertThat(in.atBase).hasSize(1);
    }

    @Test
    @Tag("S-12")
    void whereThereIsNoWayIsNotFound() {
        assertThat(in.retrieve("/gw-south/cse-mn", ALICE).status()).isEqualTo(ResponseStatus.NOT_FOUND);
        assertThat(in.retrieve("//other.example/in-cse/cse-in", ALICE).status()).isEqualTo(ResponseStatus.NOT_FOUND);
        assertThat(in.sent).isEmpty();
    }

    @Test
    @Tag("S-12")
    void towardsAnotherServiceProviderTheOriginatorIsAbsolute() {
        try (Alone gateway = Alone.gateway()) {
            gateway.retrieve("//other.example/in-cse/cse-in", "Cdoor-1");
            assertThat(gateway.sent.get(0).request().from()).hasValue("//sealpost.example/gw-north/Cdoor-1");
            gateway.retrieve("/in-cse/cse-in", "Cdoor-1");
            assertThat(gateway.sent.get(1).request().from()).hasValue("/gw-north/Cdoor-1");
        }
    }

    @Test
    @Tag("S-14")
    void instancesAreBoundedAndNeverUpdated() {
        in.require(in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{\"rn\":\"log\",\"mni\":2,\"mbs\":10}"));
        for (int i = 1; i <= 3; i++) {
            in.require(in.create(
                    "cse-in/alice/log", ALICE, 4, "m2m:cin", "{\"rn\":\"i" + i + "\",\"con\":\"" + i + "\"}"));
        }
        assertThat(in.retrieve("cse-in/alice/log/i1", ALICE).status()).isEqualTo(ResponseStatus.NOT_FOUND);
        assertThat(Alone.body(in.retrieve("cse-in/alice/log/la", ALICE))
                        .get("con")
                        .asString())
                .isEqualTo("3");
        assertThat(Alone.body(in.retrieve("cse-in/alice/log/ol", ALICE))
                        .get("con")
                        .asString())
                .isEqualTo("2");
        var log = Alone.body(in.retrieve("cse-in/alice/log", ALICE));
        assertThat(log.get("st").asInt()).isEqualTo(3);
        assertThat(log.get("cni").asInt()).isEqualTo(2);
        assertThat(Alone.body(in.retrieve("cse-in/alice/log/i3", ALICE))
                        .get("st")
                        .asInt())
                .isEqualTo(3);
        assertThat(in.create("cse-in/alice/log", ALICE, 4, "m2m:cin", "{\"con\":\"longer than ten\"}")
                        .status())
                .isEqualTo(ResponseStatus.NOT_ACCEPTABLE);
        assertThat(in.update("cse-in/alice/log/i3", ALICE, "m2m:cin", "{\"con\":\"x\"}")
                        .status())
                .isEqualTo(ResponseStatus.OPERATION_NOT_ALLOWED);
    }

    @Test
    @Tag("S-15")
    void expiriesLieAheadAndNotBehindTheParents() {
        assertThat(in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{\"rn\":\"c\",\"et\":\"20291231T235959\"}")
                        .status())
                .isEqualTo(ResponseStatus.BAD_REQUEST);
        in.require(in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{\"rn\":\"c\",\"et\":\"20300101T010000\"}"));
        ResponsePrimitive below =
                in.create("cse-in/alice/c", ALICE, 3, "m2m:cnt", "{\"rn\":\"d\",\"et\":\"20300101T020000\"}");
        assertThat(Alone.body(below).get("et").asString()).isEqualTo("20300101T010000");
        in.now = in.now.plusSeconds(3600);
        assertThat(in.retrieve("cse-in/alice/c", ALICE).status()).isEqualTo(ResponseStatus.NOT_FOUND);
        assertThat(in.retrieve("cse-in/alice/c/d", ALICE).status()).isEqualTo(ResponseStatus.NOT_FOUND);
    }

    @Test
    @Tag("S-15")
    void theHostSetsTheCreator() {
        assertThat(in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{\"rn\":\"c\",\"cr\":\"Cbob\"}")
                        .status())
                .isEqualTo(ResponseStatus.BAD_REQUEST);
        assertThat(Alone.body(in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{\"rn\":\"c\",\"cr\":null}"))
                        .get("cr")
                        .asString())
                .endsWith("/Calice");
    }

    @ParameterizedTest
    @Tag("S-13")
    @Tag("S-16")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "9|m2m:grp|{'mnm':5}",
                "9|m2m:grp|{'mid':[]}",
                "3|m2m:cnt|{'ri':'x'}",
                "3|m2m:cnt|{'ct':'20300101T000000'}",
                "3|m2m:cnt|{'secret':'x'}",
                "23|m2m:sub|{'enc':{'net':[3]}}",
                "1|m2m:acp|{}",
            })
    void attributesThatAreMissingOrMustNotBeThereAreRefused(int type, String name, String json) {
        assertThat(in.create("cse-in/alice", ALICE, type, name, json.replace('\'', '"'))
                        .status())
                .isEqualTo(ResponseStatus.BAD_REQUEST);
    }

    @Test
    @Tag("D-06")
    @Tag("S-16")
    void anAeRegistersWithAppIdReachabilityAndReleases() {
        String full = "{\"rn\":\"x\",\"api\":\"Nx\",\"rr\":true,\"srv\":[\"3\"]}";
        for (String wrong : List.of(
                full.replace("\"api\":\"Nx\",", ""),
                full.replace("\"rr\":true,", ""),
                full.replace(",\"srv\":[\"3\"]", ""),
                full.replace("Nx", "x"),
                full.replace("Nx", ""))) {
            assertThat(in.create("-", "Cx", 2, "m2m:ae", wrong).status())
                    .as(wrong)
                    .isEqualTo(ResponseStatus.BAD_REQUEST);
        }
        for (String first : List.of("r", "R", "N")) {
            assertThat(in.create(
                                    "-",
                                    "C" + first,
                                    2,
                                    "m2m:ae",
                                    full.replace("Nx", first + "x").replace("\"x\",", "\"" + first + "\","))
                            .status())
                    .isEqualTo(ResponseStatus.CREATED);
        }
        assertThat(in.create("-", "CN", 2, "m2m:ae", full).status())
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED);
        assertThat(in.create("-", "Sx", 2, "m2m:ae", full).status()).isEqualTo(ResponseStatus.BAD_REQUEST);
    }

    @Test
    @Tag("D-08")
    void onlyACseRegistersAsOne() {
        String csr = "{\"cb\":\"/gw-north/cse-mn\",\"rr\":true,\"srv\":[\"3\"]}";
        assertThat(in.create("-", ALICE, 16, "m2m:csr", csr).status()).isEqualTo(ResponseStatus.OPERATION_NOT_ALLOWED);
        for (String missing :
                List.of("{\"rr\":true,\"srv\":[\"3\"]}", "{\"cb\":\"/gw-north/cse-mn\",\"srv\":[\"3\"]}")) {
            assertThat(in.create("-", "/gw-north", 16, "m2m:csr", missing).status())
                    .isEqualTo(ResponseStatus.BAD_REQUEST);
        }
        ResponsePrimitive created = in.create("-", "/gw-north", 16, "m2m:csr", csr);
        assertThat(Alone.body(created).get("csi").asString()).isEqualTo("/gw-north");
        assertThat(in.create("-", "/gw-north", 16, "m2m:csr", csr).status())
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED);
    }

    @Test
    @Tag("D-08")
    void aCseThatRegistersNamesItsBaseAndMirrorsTheRegistrar() {
        try (Alone gateway = Alone.gateway()) {
            gateway.others = (to, request) -> ResponsePrimitive.of(ResponseStatus.CREATED, request.requestId());
            gateway.cse.register().toCompletableFuture().join();
            var csr = gateway.sent.get(0).request().content().orElseThrow();
            assertThat(csr.name()).isEqualTo("m2m:csr");
            assertThat(csr.value().get("cb").asString()).isEqualTo("/gw-north/cse-mn");
            assertThat(csr.value().has("rr")).isTrue();
            assertThat(csr.value().has("srv")).isTrue();
            assertThat(Alone.body(gateway.retrieve("cse-mn/in-cse", "/gw-north"))
                            .get("csi")
                            .asString())
                    .isEqualTo("/in-cse");
        }
    }

    @Test
    @Tag("S-17")
    void eachOperationHasItsSuccessAndItsDefaultResult() {
        ResponsePrimitive created = in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{\"rn\":\"c\"}");
        assertThat(created.status()).isEqualTo(ResponseStatus.CREATED);
        assertThat(Alone.body(created).get("ri").asString()).isNotEmpty();
        assertThat(created.location()).hasValue("/in-cse/cse-in/alice/c");
        assertThat(in.retrieve("cse-in/alice/c", ALICE).status()).isEqualTo(ResponseStatus.OK);
        assertThat(in.update("cse-in/alice/c", ALICE, "m2m:cnt", "{\"lbl\":[\"x\"]}")
                        .status())
                .isEqualTo(ResponseStatus.UPDATED);
        assertThat(in.delete("cse-in/alice/c", ALICE).status()).isEqualTo(ResponseStatus.DELETED);
        assertThat(in.retrieve("cse-in/alice/c", ALICE).status()).isEqualTo(ResponseStatus.NOT_FOUND);
        assertThat(in.ask(
                                Operation.CREATE,
                                "cse-in/alice",
                                ALICE,
                                b -> b.resourceType(3).resultContent(0).content(Alone.content("m2m:cnt", "{}")))
                        .content())
                .isEmpty();
        for (ResponsePrimitive response : List.of(created, in.retrieve("-", ALICE), in.retrieve("nowhere", ALICE))) {
            assertThat(response.releaseVersion()).hasValue("3");
        }
        assertThat(in.ask(Operation.RETRIEVE, "-", ALICE, b -> b.releaseVersion(Optional.of("9")))
                        .status())
                .isEqualTo(ResponseStatus.RELEASE_VERSION_NOT_SUPPORTED);
    }

    @Test
    void identifiersOfResourcesAreUnique() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            ids.add(Alone.body(in.create("cse-in/alice", ALICE, 3, "m2m:cnt", "{}"))
                    .get("ri")
                    .asString());
        }
        assertThat(ids).hasSize(50);
    }

    private void policy(String name, String rule) {
        in.require(in.create(
                "cse-in/alice",
                ALICE,
                1,
                "m2m:acp",
                "{\"rn\":\"" + name + "\",\"pv\":" + rules(rule) + ",\"pvs\":" + rules(rule("Calice", 63, "")) + "}"));
    }

    private void container(String name, String policy) {
        in.require(in.create(
                "cse-in/alice",
                ALICE,
                3,
                "m2m:cnt",
                "{\"rn\":\"" + name + "\",\"acpi\":[\"cse-in/alice/" + policy + "\"]}"));
    }

    private static String rules(String rule) {
        return "{\"acr\":[" + rule + "]}";
    }

    private static String rule(String originator, int operations, String more) {
        return "{\"acor\":[\"" + originator + "\"],\"acop\":" + operations + more + "}";
    }
}
