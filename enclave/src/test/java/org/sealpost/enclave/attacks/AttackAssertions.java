package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.onem2m.Refusal;

/** What every attack has to end in: the refusal that is due, and nothing changed. */
final class AttackAssertions {
    private AttackAssertions() {}

    static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.status().code()).as(r.sentence()).isEqualTo(status));
    }

    static void refused(int status, OpenedRequest verdict) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class,
                        r -> assertThat(r.status()).as(r.sentence()).isEqualTo(status));
    }

    static void refused(int status, OpenedResponse verdict) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        OpenedResponse.Refused.class,
                        r -> assertThat(r.status()).as(r.sentence()).isEqualTo(status));
    }

    static void refused(int status, CommandVerdict verdict) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).as(r.sentence()).isEqualTo(status));
    }

    /** Runs an attack and holds that what the party has on disk stayed the same, octet by octet. */
    static void changesNothing(Party party, Runnable attack) {
        Map<String, byte[]> before = party.disk.copy();
        int saves = party.disk.saves();
        attack.run();
        assertThat(party.disk.saves()).as("saves of %s", party.identity).isEqualTo(saves);
        assertThat(party.disk.copy().keySet()).isEqualTo(before.keySet());
        party.disk.copy().forEach((name, octets) -> assertThat(octets).isEqualTo(before.get(name)));
    }
}
