package org.sealpost.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.onem2m.Refusal;

/** How sessions begin, are renewed and end: shared and unshared objects, limits, keys that expire, and what a replay finds. */
class EsprimSessionsTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final Duration HOUR = Duration.ofHours(1);
    private final Random random = new Random();
    private final SharedObjects shared = new SharedObjects(Duration.ofMinutes(10));
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");

    @ParameterizedTest
    @EnumSource(Aead.class)
    void aPeerThatOffersOneContentEncryptionGetsThatOne(Aead aead) {
        RandObject offer = RandObject.fresh(RandObject.Role.RECEIVER, now.plus(HOUR), List.of(aead.id()), random);
        EsprimChannel originator = channel(Aead.A128GCM, SessionLimits.lasting(HOUR), Instant.MAX);
        EsprimChannel receiver = channel(Aead.A128GCM, SessionLimits.lasting(HOUR), Instant.MAX);
        receiver.share(offer);
        EsprimChannel.Sealed sealed = originator.sealRequest(Optional.of(offer), HELLO, now, random);
        assertThat(sealed.choice().aead()).isEqualTo(aead);
        EsprimChannel.Opened opened = receiver.openRequest(sealed.object(), now, random);
        assertThat(opened.plaintext()).isEqualTo(HELLO);
        String answer = receiver.sealResponse(opened.exchange(), HELLO, now, random);
        assertThat(originator.openResponse(sealed.exchange(), answer, now)).isEqualTo(HELLO);
    }

    @Test
    @Tag("E-03")
    @Tag("E-06")
    void aSharedObjectServesEveryPeerAndIsRenewedBeforeItExpires() {
        RandObject first = shared.current(List.of(12), now, random);
        assertThat(first.id()).startsWith("S-");
        assertThat(first.unshared()).isFalse();
        for (int peer = 0; peer < 3; peer++) {
            EsprimChannel receiver = publisher();
            EsprimChannel originator = channel();
            EsprimChannel.Sealed sealed = originator.sealRequest(Optional.of(first), HELLO, now, random);
            EsprimChannel.Opened opened = receiver.openRequest(sealed.object(), now, random);
            assertThat(receiver.unshared(opened.exchange())).isFalse();
        }
        assertThat(shared.current(List.of(12), now.plusSeconds(299), random)).isEqualTo(first);
        RandObject second = shared.current(List.of(12), now.plusSeconds(301), random);
        assertThat(second.id()).isNotEqualTo(first.id());
        now = now.plusSeconds(301);
        EsprimChannel receiver = publisher();
        EsprimChannel originator = channel();
        exchange(originator, receiver, Optional.of(first));
        now = now.plusSeconds(300);
        EsprimChannel late = channel();
        refused(4114, () -> late.sealRequest(Optional.of(first), HELLO, now, random));
    }

    @Test
    void aSharedObjectChangesWithTheAlgorithmsOnOffer() {
        RandObject first = shared.current(List.of(12, 11), now, random);
        assertThat(shared.current(List.of(12), now, random).id()).isNotEqualTo(first.id());
    }

    @Test
    @Tag("E-06")
    void anObjectForOnePeerIsUnknownToAllOthers() {
        EsprimChannel receiver = channel();
        RandObject foreign = channel().issue(now, random);
        EsprimChannel.Sealed sealed = channel().sealRequest(Optional.of(foreign), HELLO, now, random);
        refused(4114, () -> receiver.openRequest(sealed.object(), now, random));
    }

    @Test
    void aRecordedBeginningIsNotTakenForANewSessionHoweverManyCameSince() {
        for (boolean unique : new boolean[] {true, false}) {
            EsprimChannel receiver = publisher();
            EsprimChannel originator = channel();
            RandObject object = unique ? receiver.issue(now, random) : shared.current(List.of(12), now, random);
            EsprimChannel.Sealed recorded = originator.sealRequest(Optional.of(object), HELLO, now, random);
            receiver.openRequest(recorded.object(), now, random);
            for (int i = 1; i < IssuedObjects.MOST_SESSIONS; i++) {
                String next = originator
                        .sealRequest(Optional.of(object), HELLO, now, random)
                        .object();
                receiver.openRequest(next, now, random);
            }
            refused(4113, () -> receiver.openRequest(recorded.object(), now, random));
            String tooMany = originator
                    .sealRequest(Optional.of(object), HELLO, now, random)
                    .object();
            refused(4114, () -> receiver.openRequest(tooMany, now, random));
        }
    }

    @Test
    void aFloodOfRandObjectRequestsDoesNotEndARunningSession() {
        EsprimChannel receiver = channel();
        EsprimChannel originator = channel();
        exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        for (int i = 0; i < 1000; i++) {
            receiver.issue(now, random);
        }
        exchange(originator, receiver, Optional.empty());
    }

    @Test
    void aSessionIsRenewedInBandBeforeItsMessagesAreUsedUp() {
        SessionLimits few = new SessionLimits(HOUR, 10);
        EsprimChannel receiver = channel(Aead.A256GCM, few, Instant.MAX);
        EsprimChannel originator = channel(Aead.A256GCM, few, Instant.MAX);
        exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        Set<String> sessions = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertThat(originator.ready(now))
                    .as("exchange %s needs nobody to be asked", i)
                    .isTrue();
            sessions.add(exchange(originator, receiver, Optional.empty()));
        }
        assertThat(sessions.size()).isBetween(11, 30);
    }

    @Test
    @Tag("E-23")
    @Tag("E-28")
    void anOriginatorAnnouncesAnObjectAndUsesItByItsIdentifierAlone() {
        SessionLimits few = new SessionLimits(HOUR, 8);
        EsprimChannel receiver = channel(Aead.A256GCM, SessionLimits.lasting(HOUR), Instant.MAX);
        EsprimChannel originator = channel(Aead.A256GCM, few, Instant.MAX);
        String first = exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        List<String> objects = new ArrayList<>();
        String session = first;
        while (session.equals(first)) {
            EsprimChannel.Sealed sealed = originator.sealRequest(Optional.empty(), HELLO, now, random);
            objects.add(sealed.object());
            session = finish(originator, receiver, sealed);
        }
        assertThat(objects).hasSizeBetween(2, 8);
        EsprimHeader announcing = header(objects.get(objects.size() - 2));
        EsprimHeader using = header(objects.get(objects.size() - 1));
        assertThat(announcing.originatorObject()).isPresent();
        assertThat(announcing.originatorObject().orElseThrow().id()).isNotEqualTo(announcing.originatorId());
        assertThat(using.originatorObject()).as("it was recorded").isEmpty();
        assertThat(using.originatorId())
                .isEqualTo(announcing.originatorObject().orElseThrow().id());
    }

    @Test
    void anAnnouncementThatIsNeverAnsweredChangesNothing() {
        SessionLimits few = new SessionLimits(HOUR, 8);
        EsprimChannel receiver = channel(Aead.A256GCM, SessionLimits.lasting(HOUR), Instant.MAX);
        EsprimChannel originator = channel(Aead.A256GCM, few, Instant.MAX);
        String first = exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        for (int i = 0; i < 3; i++) {
            exchange(originator, receiver, Optional.empty());
        }
        EsprimChannel.Sealed lost = originator.sealRequest(Optional.empty(), HELLO, now, random);
        assertThat(header(lost.object()).originatorObject()).isPresent();
        EsprimChannel.Sealed again = originator.sealRequest(Optional.empty(), HELLO, now, random);
        assertThat(header(again.object()).originatorId()).isEqualTo(first);
    }

    @Test
    void aReceiverOffersTheNextObjectInItsResponseWhenHalfTheTimeIsOver() {
        EsprimChannel receiver = channel();
        EsprimChannel originator = channel();
        exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        now = now.plus(Duration.ofMinutes(40));
        exchange(originator, receiver, Optional.empty());
        now = now.plus(Duration.ofMinutes(30));
        assertThat(originator.ready(now))
                .as("the session is over, the offer is not")
                .isTrue();
        exchange(originator, receiver, Optional.empty());
    }

    @Test
    void aSessionThatHasReceivedAllItMayIsRefused() {
        EsprimChannel receiver = channel(Aead.A256GCM, new SessionLimits(HOUR, 2), Instant.MAX);
        EsprimChannel originator = channel();
        exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        exchange(originator, receiver, Optional.empty());
        EsprimChannel.Sealed third = originator.sealRequest(Optional.empty(), HELLO, now, random);
        refused(4113, () -> receiver.openRequest(third.object(), now, random));
    }

    @Test
    @Tag("E-27")
    @Tag("D-18")
    void aPairwiseKeyEndsWithItsLifetimeOnEitherSide() {
        Instant end = now.plusSeconds(600);
        EsprimChannel receiver = channel(Aead.A256GCM, SessionLimits.lasting(HOUR), end);
        EsprimChannel originator = channel(Aead.A256GCM, SessionLimits.lasting(HOUR), end);
        RandObject offer = receiver.issue(now, random);
        assertThat(offer.expiry()).isEqualTo(end);
        exchange(originator, receiver, Optional.of(offer));
        EsprimChannel.Sealed last = originator.sealRequest(Optional.empty(), HELLO, now, random);
        EsprimChannel.Opened opened = receiver.openRequest(last.object(), now, random);
        String answer = receiver.sealResponse(opened.exchange(), HELLO, now, random);
        now = end;
        refused(4112, () -> originator.openResponse(last.exchange(), answer, now));
        refused(4112, () -> originator.sealRequest(Optional.empty(), HELLO, now, random));
        refused(4112, () -> receiver.openRequest(last.object(), now, random));
        refused(4112, () -> receiver.issue(now, random));
    }

    @Test
    void aLateAnswerDoesNotBringAnEarlierSessionBack() {
        EsprimChannel receiver = channel();
        EsprimChannel originator = channel();
        EsprimChannel.Sealed first =
                originator.sealRequest(Optional.of(receiver.issue(now, random)), HELLO, now, random);
        String second = exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        finish(originator, receiver, first);
        assertThat(header(originator
                                .sealRequest(Optional.empty(), HELLO, now, random)
                                .object())
                        .originatorId())
                .isEqualTo(second);
    }

    @Test
    @Tag("E-37")
    void protectedErrorsThatAnybodyCanProvokeAreCounted() {
        EsprimChannel receiver = channel();
        EsprimChannel originator = channel();
        exchange(originator, receiver, Optional.of(receiver.issue(now, random)));
        String named =
                originator.sealRequest(Optional.empty(), HELLO, now, random).object();
        int answered = 0;
        for (int i = 0; i < 3000; i++) {
            answered += receiver.sealError(named, HELLO, now, random).isPresent() ? 1 : 0;
        }
        assertThat(answered).isEqualTo(1024);
        exchange(originator, receiver, Optional.empty());
    }

    private String exchange(EsprimChannel originator, EsprimChannel receiver, Optional<RandObject> object) {
        return finish(originator, receiver, originator.sealRequest(object, HELLO, now, random));
    }

    /** The rest of an exchange; gives the identifier of the originator's object. */
    private String finish(EsprimChannel originator, EsprimChannel receiver, EsprimChannel.Sealed sealed) {
        EsprimChannel.Opened opened = receiver.openRequest(sealed.object(), now, random);
        assertThat(opened.plaintext()).isEqualTo(HELLO);
        String response = receiver.sealResponse(opened.exchange(), HELLO, now, random);
        assertThat(originator.openResponse(sealed.exchange(), response, now)).isEqualTo(HELLO);
        return header(sealed.object()).originatorId();
    }

    private static EsprimHeader header(String object) {
        return EsprimHeader.of(Jwe.parse(object, EsprimHeader.NAMES));
    }

    private EsprimChannel channel() {
        return channel(Aead.A256GCM, SessionLimits.lasting(HOUR), Instant.MAX);
    }

    /** The end point whose shared objects these are. */
    private EsprimChannel publisher() {
        return channel(Aead.A256GCM, SessionLimits.lasting(HOUR), Instant.MAX, shared);
    }

    private EsprimChannel channel(Aead floor, SessionLimits limits, Instant keyExpiry) {
        return channel(floor, limits, keyExpiry, new SharedObjects(Duration.ofMinutes(10)));
    }

    private EsprimChannel channel(Aead floor, SessionLimits limits, Instant keyExpiry, SharedObjects published) {
        byte[] key = new byte[32];
        key[0] = 1;
        return new EsprimChannel(
                "dev.espr1@sealpost.example",
                key,
                keyExpiry,
                new AeadPolicy(floor),
                limits,
                published,
                SessionKeys.CANONICAL_JSON_V1);
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(status));
    }
}
