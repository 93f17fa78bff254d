package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.EndPoint;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;

/** A device's and the server's end points, and somebody between them: how a session begins (TS-0003 8.4.2 B.2), and what errors that nobody vouches for can do. */
class EndPointTest {
    private static final E2eSecInfo SUPPORTED = E2eSecInfo.of(List.of(13, 14));

    private final Building b = new Building();
    private final EndPoint server = EndPoint.of(b.server.identity, b.server.enclave, Runnable::run);
    private final EndPoint device = EndPoint.of(b.door1.identity, b.door1.enclave, Runnable::run);
    private final List<String> executed = new ArrayList<>();
    private final List<Content> sent = new ArrayList<>();
    private Optional<E2eSecInfo> published = Optional.of(SUPPORTED);
    private Function<ResponsePrimitive, ResponsePrimitive> onTheWay = answer -> answer;
    private int requests;

    @Test
    @Tag("E-09")
    void withoutAWordOfEsprimNothingIsSent() {
        for (Optional<E2eSecInfo> info :
                List.of(Optional.<E2eSecInfo>empty(), Optional.of(E2eSecInfo.of(List.of(14, 12))))) {
            published = info;
            refused(4111, this::request);
        }
        assertThat(sent).isEmpty();
        assertThat(executed).isEmpty();
    }

    @Test
    @Tag("E-10")
    void aSharedObjectSavesTheQuestionAndItsSessionServesOn() {
        published = Optional.of(SUPPORTED.withSharedObject(b.server.enclave.sharedRandObject()));
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        assertThat(questions()).isZero();
        assertThat(sent).hasSize(2);
    }

    @Test
    @Tag("E-10")
    void anExpiredSharedObjectIsNotUsed() {
        published = Optional.of(SUPPORTED.withSharedObject(b.server.enclave.sharedRandObject()));
        b.server.now = b.server.now.plus(Duration.ofHours(1));
        b.door1.now = b.server.now;
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        assertThat(questions()).isOne();
        assertThat(sent).as("the question, and one object").hasSize(2);
    }

    @Test
    @Tag("E-03")
    @Tag("E-10")
    @Tag("E-11")
    void withoutASharedObjectTheQuestionIsTypeThreeAlone() {
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        assertThat(sent.get(0).value().toString()).isEqualTo("{\"sit\":3}");
    }

    @Test
    @Tag("E-12")
    void anAnswerOfAnotherTypeIsNoRandObject() {
        onTheWay = answer -> answer.withContent(new SecurityInfo.EsprimObject("a..b.c.d").toContent());
        refused(4000, this::request);
        assertThat(sent).hasSize(1);
    }

    @Test
    void whoWantsACredentialAsksForAnObjectOfItsOwn() {
        published = Optional.of(SUPPORTED.withSharedObject(b.server.enclave.sharedRandObject()));
        assertThat(request(true)).isEqualTo(ResponseStatus.OK);
        assertThat(questions()).isOne();
    }

    @Test
    @Tag("E-35")
    void innerErrorsAreSealedAlsoWhenTheProgramThrowsThem() {
        requests = 100;
        assertThat(request()).isEqualTo(ResponseStatus.NOT_FOUND);
        assertThat(device.unauthenticatedErrors()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {4111, 4113, 4114, 4115})
    void aForgedErrorCostsOneNewSessionAndTheRequestIsExecutedOnce(int status) {
        request();
        forgeOnce(status);
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        assertThat(questions()).isEqualTo(2);
        assertThat(executed).doesNotHaveDuplicates().hasSize(2);
        assertThat(device.unauthenticatedErrors()).containsEntry(String.valueOf(status), 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {4112, 4116, 5210, 5211})
    void aForgedErrorThatANewSessionWouldNotMendFailsThatRequestOnly(int status) {
        request();
        forgeOnce(status);
        refused(status, this::request);
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        assertThat(questions()).as("the session is the same").isOne();
    }

    @Test
    void whoeverForgesAllAnswersGainsNoFloodAndNoWeakerSession() {
        request();
        onTheWay = answer ->
                ResponsePrimitive.refused(new Refusal(ResponseStatus.ESPRIM_BAD_MAC, "forged"), answer.requestId());
        sent.clear();
        for (int i = 0; i < 50; i++) {
            refused(4115, this::request);
        }
        assertThat(sent).as("one message for each request, and a few questions").hasSizeLessThan(60);
        onTheWay = answer -> answer;
        sent.clear();
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        assertThat(sent).as("the session was never given up").hasSize(1);
        assertThat(device.unauthenticatedErrors().get("4115")).isGreaterThanOrEqualTo(50);
    }

    @Test
    @Tag("E-25")
    void aSealedMessageBelongsToNoGroupRequest() {
        RequestPrimitive outer = RequestPrimitive.of(Operation.NOTIFY, "/in-cse", "/gw-north/Cdoor-1", "o1")
                .content(new SecurityInfo.RandObjectRequest().toContent())
                .build();
        for (boolean grouped : new boolean[] {false, true}) {
            RequestPrimitive sent = grouped ? outer.with(o -> o.groupRequestId("g")) : outer;
            assertThat(server.receive(sent, b.door1.identity, this::execute)
                            .toCompletableFuture()
                            .join()
                            .status())
                    .isEqualTo(grouped ? ResponseStatus.BAD_REQUEST : ResponseStatus.OK);
        }
    }

    private void forgeOnce(int status) {
        onTheWay = answer -> {
            onTheWay = later -> later;
            return ResponsePrimitive.refused(new Refusal(ResponseStatus.of(status), "forged"), answer.requestId());
        };
    }

    private ResponseStatus request() {
        return request(false);
    }

    private ResponseStatus request(boolean unshared) {
        RequestPrimitive inner = RequestPrimitive.of(
                        Operation.RETRIEVE, "/in-cse/cse-in/x", "/gw-north/Cdoor-1", "q" + ++requests)
                .build();
        EndPoint.Answer answer = device.request(b.server.identity, inner, new Way(), unshared)
                .toCompletableFuture()
                .join();
        return ((EndPoint.Answer.Inner) answer).response().status();
    }

    private long questions() {
        return sent.stream()
                .filter(c -> SecurityInfo.of(c) instanceof SecurityInfo.RandObjectRequest)
                .count();
    }

    /** The server's program: counts what it executes; from the hundredth request on it finds nothing. */
    private CompletionStage<ResponsePrimitive> execute(RequestPrimitive inner, String peer) {
        assertThat(peer).isEqualTo(b.door1.identity);
        executed.add(inner.requestId());
        if (requests > 100) {
            throw new Refusal(ResponseStatus.NOT_FOUND, "there is nothing");
        }
        return CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, inner.requestId()));
    }

    private final class Way implements EndPoint.Route {
        @Override
        public CompletionStage<ResponsePrimitive> send(Content content) {
            sent.add(content);
            RequestPrimitive outer = RequestPrimitive.of(
                            Operation.NOTIFY, "/in-cse", "/gw-north/Cdoor-1", "o" + sent.size())
                    .content(content)
                    .build();
            return server.receive(outer, b.door1.identity, EndPointTest.this::execute)
                    .thenApply(answer -> onTheWay.apply(answer));
        }

        @Override
        public CompletionStage<Optional<E2eSecInfo>> securityInfo() {
            return CompletableFuture.completedFuture(published);
        }
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call).satisfies(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            assertThat(((Refusal) cause).status().code()).isEqualTo(status);
        });
    }
}
