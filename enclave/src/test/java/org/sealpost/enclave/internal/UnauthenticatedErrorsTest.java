package org.sealpost.enclave.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.onem2m.ResponseStatus;

/** How often errors that nobody vouches for may start a session anew. */
class UnauthenticatedErrorsTest {
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final UnauthenticatedErrors errors = new UnauthenticatedErrors(now::get);

    @Test
    void aFewAtOnceThenWithDoublingPauses() {
        for (int i = 0; i < UnauthenticatedErrors.AT_ONCE; i++) {
            assertThat(bad("a")).isTrue();
        }
        assertThat(bad("a")).as("no fifth at once").isFalse();
        long pause = 500_000_000L;
        for (int i = 0; i < 12; i++) {
            now.addAndGet(pause - 1);
            assertThat(bad("a")).as("%s early", i).isFalse();
            now.addAndGet(1);
            assertThat(bad("a")).as("%s in time", i).isTrue();
            pause = Math.min(64_000_000_000L, pause * 2);
        }
        assertThat(errors.counts().get("4115")).as("all of them are counted").isGreaterThan(24);
    }

    @Test
    void somethingAuthenticForgivesAndOtherPeersAreOtherPeers() {
        for (int i = 0; i < 10; i++) {
            bad("a");
        }
        assertThat(bad("b")).isTrue();
        assertThat(bad("a")).isFalse();
        errors.authenticated("a");
        assertThat(bad("a")).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = ResponseStatus.class,
            names = {
                "ESPRIM_UNKNOWN_KEY_ID",
                "ESPRIM_IMPERSONATION_ERROR",
                "ESPRIM_DECRYPTION_ERROR",
                "ESPRIM_ENCRYPTION_ERROR",
                "ORIGINATOR_HAS_NO_PRIVILEGE",
                "INTERNAL_SERVER_ERROR"
            })
    void errorsThatANewSessionWouldNotMendStartNone(ResponseStatus status) {
        assertThat(errors.allowed("a", status)).isFalse();
    }

    private boolean bad(String peer) {
        return errors.allowed(peer, ResponseStatus.ESPRIM_BAD_MAC);
    }
}
