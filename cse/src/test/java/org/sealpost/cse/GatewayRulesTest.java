package org.sealpost.cse;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** What a gateway does with requests that are not for itself, and with groups: TS-0004 7.3.2.6, 7.3.3.9, 7.4.13, 7.4.14, 7.4.21, 7.4.22. */
class GatewayRulesTest {
    private static final String SERVER = "/in-cse";
    private final Alone gw = Alone.gateway();

    GatewayRulesTest() {
        gw.others = (to, request) -> ResponsePrimitive.of(ResponseStatus.CREATED, request.requestId());
        gw.cse.register().toCompletableFuture().join();
        gw.others = (to, request) -> ResponsePrimitive.of(ResponseStatus.OK, request.requestId());
        gw.sent.clear();
    }

    @AfterEach
    void close() {
        gw.close();
    }

    @Test
    @Tag("G-03")
    @Tag("G-11")
    void onTheWayAStemBecomesSpRelativeAndItsRequestIdentifierUnique() {
        gw.others = (to, request) -> ResponsePrimitive.of(ResponseStatus.OK, request.requestId());
        ResponsePrimitive one = gw.start(
                        RequestPrimitive.of(Operation.RETRIEVE, "/in-cse/cse-in", "Cdoor-1", "same")
                                .build(),
                        Source.hop(Optional.empty()))
                .join();
        ResponsePrimitive two = gw.start(
                        RequestPrimitive.of(Operation.RETRIEVE, "/in-cse/cse-in", "Cdoor-2", "same")
                                .build(),
                        Source.hop(Optional.empty()))
                .join();
        assertThat(gw.sent)
                .extracting(s -> s.request().from().orElseThrow())
                .containsExactly("/gw-north/Cdoor-1", "/gw-north/Cdoor-2");
        assertThat(gw.sent).extracting(s -> s.request().requestId()).doesNotHaveDuplicates();
        assertThat(one.requestId()).isEqualTo("same");
        assertThat(two.requestId()).isEqualTo("same");
    }

    @Test
    @Tag("G-04")
    void requestsGoToTheCseTheyNameOrWhoKnowsItOrTheRegistrar() {
        gw.require(
                gw.create(
                        "-",
                        "/asn-1",
                        16,
                        "m2m:csr",
                        "{\"cb\":\"/asn-1/base\",\"rr\":true,\"srv\":[\"3\"],\"poa\":[\"http://asn.example\"],\"dcse\":[\"/below\"]}"));
        gw.retrieve("/asn-1/base", SERVER);
        gw.retrieve("/below/base", SERVER);
        gw.retrieve("/elsewhere/base", SERVER);
        assertThat(gw.sent)
                .extracting(Alone.Sent::to)
                .containsExactly(
                        URI.create("http://asn.example"),
                        URI.create("http://asn.example"),
                        URI.create("http://in.example"));
        try (Alone in = Alone.server()) {
            assertThat(in.retrieve("/elsewhere/base", "Cx").status()).isEqualTo(ResponseStatus.NOT_FOUND);
        }
    }

    @Test
    @Tag("G-05")
    void aSealedMessagePassesAsItIs() {
        Content sealed = Alone.content(Content.SECURITY_INFO, "{\"sit\":5,\"epo\":\"not..even.a.JWE\"}");
        ResponsePrimitive answer = gw.ask(Operation.NOTIFY, "/in-cse/-", "Cdoor-1", b -> b.content(sealed));
        assertThat(answer.status()).isEqualTo(ResponseStatus.OK);
        assertThat(gw.sent.get(0).request().content()).hasValue(sealed);
    }

    @Test
    @Tag("G-06")
    void aNotifyForAnAeGoesToItsAddressesInTheirOrder() {
        gw.ae("door-1", "http://away.example", "http://here.example", "http://unused.example");
        admit("door-1", SERVER);
        assertThat(notify("Cdoor-1", SERVER).status()).isEqualTo(ResponseStatus.OK);
        assertThat(gw.sent).extracting(s -> s.to().getHost()).containsExactly("away.example", "here.example");
        assertThat(notify("Cdoor-1", "/in-cse/Cthief").status()).isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        assertThat(gw.sent).hasSize(2);
        gw.ae("door-2", "http://away.example");
        admit("door-2", SERVER);
        assertThat(notify("Cdoor-2", SERVER).status()).isEqualTo(ResponseStatus.TARGET_NOT_REACHABLE);
        gw.ae("door-3");
        admit("door-3", SERVER);
        assertThat(notify("Cdoor-3", SERVER).status()).isEqualTo(ResponseStatus.TARGET_NOT_REACHABLE);
    }

    @Test
    @Tag("G-07")
    void anAeThatPollsIsNotSentToAndItsRequestsExpire() {
        gw.ae("door-1", "http://here.example");
        admit("door-1", SERVER);
        gw.require(gw.create("cse-mn/door-1", "Cdoor-1", 15, "m2m:pch", "{\"rn\":\"pch\"}"));
        ResponsePrimitive late = gw.ask(
                Operation.NOTIFY,
                "Cdoor-1",
                SERVER,
                b -> b.requestExpiration(gw.now.plusSeconds(1))
                        .content(Alone.content(Content.SECURITY_INFO, "{\"sit\":3}")));
        assertThat(late.status()).isEqualTo(ResponseStatus.REQUEST_TIMEOUT);
        assertThat(gw.sent).isEmpty();
    }

    @Test
    @Tag("G-08")
    void aPollingChannelIsItsOwnersAlone() {
        gw.ae("door-1");
        gw.require(gw.create("cse-mn/door-1", "Cdoor-1", 15, "m2m:pch", "{\"rn\":\"pch\"}"));
        admit("door-1", SERVER);
        for (Operation operation : List.of(Operation.RETRIEVE, Operation.DELETE)) {
            assertThat(gw.ask(operation, "cse-mn/door-1/pch", SERVER, b -> b).status())
                    .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        }
        assertThat(gw.update("cse-mn/door-1/pch", SERVER, "m2m:pch", "{\"lbl\":[]}")
                        .status())
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        assertThat(gw.retrieve("cse-mn/door-1/pch/pcu", "Cdoor-2").status())
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        assertThat(gw.retrieve("cse-mn/door-1/pch", "Cdoor-1").status()).isEqualTo(ResponseStatus.OK);
        assertThat(gw.delete("cse-mn/door-1/pch/pcu", "Cdoor-1").status())
                .isEqualTo(ResponseStatus.OPERATION_NOT_ALLOWED);
        assertThat(gw.update("cse-mn/door-1/pch/pcu", "Cdoor-1", "m2m:pch", "{}")
                        .status())
                .isEqualTo(ResponseStatus.OPERATION_NOT_ALLOWED);
    }

    @Test
    @Tag("G-09")
    void aLongPollEndsWhenARequestComesOrItsTimeIsOver() throws Exception {
        gw.ae("door-1");
        admit("door-1", SERVER);
        gw.require(gw.create("cse-mn/door-1", "Cdoor-1", 15, "m2m:pch", "{\"rn\":\"pch\"}"));
        RequestPrimitive.Builder poll =
                RequestPrimitive.of(Operation.RETRIEVE, "cse-mn/door-1/pch/pcu", "Cdoor-1", "p1");
        CompletableFuture<ResponsePrimitive> waiting = gw.start(poll.build(), Source.hop(Optional.empty()));
        assertThat(waiting).isNotDone();
        gw.start(
                RequestPrimitive.of(Operation.NOTIFY, "Cdoor-1", SERVER, "n1")
                        .content(Alone.content(Content.SECURITY_INFO, "{\"sit\":3}"))
                        .build(),
                Source.hop(Optional.empty()));
        assertThat(waiting.get(20, TimeUnit.SECONDS).content().orElseThrow().name())
                .isEqualTo(Content.REQUEST);
        assertThat(gw.start(poll.requestExpiration(gw.now.plusSeconds(1)).build(), Source.hop(Optional.empty()))
                        .get(20, TimeUnit.SECONDS)
                        .status())
                .isEqualTo(ResponseStatus.REQUEST_TIMEOUT);
    }

    @Test
    @Tag("G-14")
    void aMemberCountsOnceAndMoreThanTheLargestSizeIsRefused() {
        ResponsePrimitive created = group("doors", 2, "/a/b", "/a/c", "/a/b");
        assertThat(Alone.body(created).get("mid")).hasSize(2);
        assertThat(Alone.body(created).get("cnm").asInt()).isEqualTo(2);
        assertThat(group("more", 2, "/a/b", "/a/c", "/a/d").status())
                .isEqualTo(ResponseStatus.MAX_NUMBER_OF_MEMBER_EXCEEDED);
    }

    @Test
    @Tag("G-18")
    void anUpdateOfAGroupIsValidatedToo() {
        gw.require(group("doors", 2, "/a/b", "/a/c"));
        assertThat(update("{\"mid\":[\"/a/b\",\"/a/c\",\"/a/d\"]}").status())
                .isEqualTo(ResponseStatus.MAX_NUMBER_OF_MEMBER_EXCEEDED);
        assertThat(update("{\"mnm\":1}").status()).isEqualTo(ResponseStatus.MAX_NUMBER_OF_MEMBER_EXCEEDED);
        assertThat(Alone.body(update("{\"mid\":[\"/a/d\",\"/a/d\"]}")).get("mid"))
                .hasSize(1);
    }

    @Test
    @Tag("G-19")
    void fanOutNeedsThePolicyForMembersElseTheGroupsOwn() {
        gw.require(group("doors", 5, "/a/b"));
        assertThat(fan("doors", "/in-cse/Cthief", "g1").status()).isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        assertThat(fan("doors", SERVER, "g2").status()).isEqualTo(ResponseStatus.OK);
        gw.ae("keeper");
        gw.require(
                gw.create(
                        "cse-mn/keeper",
                        "Ckeeper",
                        1,
                        "m2m:acp",
                        "{\"rn\":\"members\",\"pv\":{\"acr\":[{\"acor\":[\"/in-cse/Calice\"],\"acop\":1}]},\"pvs\":{\"acr\":[{\"acor\":[\"Ckeeper\"],\"acop\":63}]}}"));
        gw.require(update("{\"macp\":[\"cse-mn/keeper/members\"]}"));
        assertThat(fan("doors", "/in-cse/Calice", "g3").status()).isEqualTo(ResponseStatus.OK);
        assertThat(fan("doors", SERVER, "g4").status())
                .as("the policy for members decides alone, even against the group's creator")
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        gw.require(group("nobody", 5));
        assertThat(fan("nobody", SERVER, "g5").status()).isEqualTo(ResponseStatus.NO_MEMBERS);
    }

    @Test
    @Tag("G-20")
    @Tag("G-23")
    void membersSeeTheOriginatorTheirOwnAddressAndTheGroupRequest() {
        gw.require(group("doors", 5, "/asn-1/base/x", "/asn-2/base/y/fopt"));
        fan("doors", SERVER, "given");
        assertThat(gw.sent)
                .extracting(s -> s.request().to())
                .containsExactly("/asn-1/base/x/cmd", "/asn-2/base/y/fopt/cmd");
        assertThat(gw.sent).extracting(s -> s.request().from().orElseThrow()).containsOnly(SERVER);
        assertThat(gw.sent)
                .extracting(s -> s.request().groupRequestId().orElseThrow())
                .containsOnly("given");
        gw.ask(
                Operation.CREATE,
                "cse-mn/doors/fopt/cmd",
                SERVER,
                b -> b.resourceType(4).content(Alone.content("m2m:cin", "{\"con\":\"x\"}")));
        assertThat(gw.sent.get(2).request().groupRequestId()).isPresent();
    }

    @Test
    @Tag("G-21")
    void theSameGroupRequestIsNotFannedOutTwice() {
        gw.require(group("doors", 5, "/a/b"));
        gw.require(group("others", 5, "/a/b"));
        assertThat(fan("doors", SERVER, "g1").status()).isEqualTo(ResponseStatus.OK);
        assertThat(fan("doors", SERVER, "g1").status()).isEqualTo(ResponseStatus.GROUP_REQUEST_IDENTIFIER_EXISTS);
        assertThat(fan("others", SERVER, "g1").status()).isEqualTo(ResponseStatus.OK);
        assertThat(gw.sent).hasSize(2);
    }

    @Test
    @Tag("G-22")
    void onlyNamedMembersAreSentTo() {
        gw.require(group("doors", 5, "/a/b", "/a/c"));
        ResponsePrimitive one =
                gw.ask(Operation.RETRIEVE, "cse-mn/doors/fopt", SERVER, b -> b.groupTargets(List.of("/a/c")));
        assertThat(one.status()).isEqualTo(ResponseStatus.OK);
        assertThat(gw.sent).extracting(s -> s.request().to()).containsExactly("/a/c");
        assertThat(gw.ask(Operation.RETRIEVE, "cse-mn/doors/fopt", SERVER, b -> b.groupTargets(List.of("/a/x")))
                        .status())
                .isEqualTo(ResponseStatus.BAD_REQUEST);
        assertThat(gw.sent).hasSize(1);
    }

    @Test
    @Tag("G-24")
    void answersAreAggregatedEachWithItsMember() {
        gw.require(group("doors", 5, "/a/b", "/a/c"));
        gw.others = (to, request) -> ResponsePrimitive.of(
                request.to().equals("/a/b") ? ResponseStatus.OK : ResponseStatus.NOT_FOUND, request.requestId());
        ResponsePrimitive all = gw.ask(Operation.RETRIEVE, "cse-mn/doors/fopt", SERVER, b -> b);
        assertThat(all.status()).isEqualTo(ResponseStatus.OK);
        assertThat(all.content().orElseThrow().name()).isEqualTo(Content.AGGREGATED_RESPONSE);
        var answers = Alone.body(all).get(Content.RESPONSE);
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0).get("fr").asString()).isEqualTo("/a/b");
        assertThat(answers.get(0).get("rsc").asInt()).isEqualTo(2000);
        assertThat(answers.get(1).get("fr").asString()).isEqualTo("/a/c");
        assertThat(answers.get(1).get("rsc").asInt()).isEqualTo(4004);
        gw.others = (to, request) -> ResponsePrimitive.of(ResponseStatus.TARGET_NOT_REACHABLE, request.requestId());
        assertThat(gw.ask(Operation.RETRIEVE, "cse-mn/doors/fopt", SERVER, b -> b)
                        .status())
                .isEqualTo(ResponseStatus.GROUP_MEMBERS_NOT_RESPONDED);
    }

    private ResponsePrimitive group(String name, int most, String... members) {
        String mid = members.length == 0 ? "" : "\"" + String.join("\",\"", members) + "\"";
        return gw.ask(
                Operation.CREATE,
                "-",
                SERVER,
                b -> b.resourceType(9)
                        .content(Alone.content(
                                "m2m:grp", "{\"rn\":\"" + name + "\",\"mnm\":" + most + ",\"mid\":[" + mid + "]}")));
    }

    private ResponsePrimitive update(String json) {
        return gw.update("cse-mn/doors", SERVER, "m2m:grp", json);
    }

    private ResponsePrimitive fan(String group, String from, String gid) {
        return gw.ask(
                Operation.CREATE,
                "cse-mn/" + group + "/fopt/cmd",
                from,
                b -> b.resourceType(4).groupRequestId(gid).content(Alone.content("m2m:cin", "{\"con\":\"x\"}")));
    }

    private ResponsePrimitive notify(String to, String from) {
        return gw.ask(Operation.NOTIFY, to, from, b -> b.content(Alone.content(Content.SECURITY_INFO, "{\"sit\":3}")));
    }

    private void admit(String name, String who) {
        String ae = "cse-mn/" + name;
        String self = "C" + name;
        gw.require(gw.create(
                ae,
                self,
                1,
                "m2m:acp",
                "{\"rn\":\"acp\",\"pv\":{\"acr\":[{\"acor\":[\"" + who + "\",\"" + self
                        + "\"],\"acop\":63}]},\"pvs\":{\"acr\":[{\"acor\":[\"" + self + "\"],\"acop\":63}]}}"));
        gw.require(gw.update(ae, self, "m2m:ae", "{\"acpi\":[\"" + ae + "/acp\"]}"));
    }
}
