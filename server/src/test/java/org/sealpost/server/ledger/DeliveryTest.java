package org.sealpost.server.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryTest {
    @Test
    void whatStoppedTheAttemptBeforeIsSaidWhileTheNextOneWaits() {
        assertThat(after("").waiting()).isEqualTo("accepted by the gateway, no answer yet");
        Delivery again = after("the group asks for level 2");
        assertThat(again.waiting())
                .startsWith("accepted by the gateway")
                .endsWith("; before: the group asks for level 2");
        assertThat(after(again.waiting()).waiting()).isEqualTo(again.waiting());
    }

    private static Delivery after(String reason) {
        return new Delivery(1, "/fire-doors", 2, "door-1", Delivery.State.PLANNED, reason, 3, 0, Delivery.INDIVIDUAL);
    }
}
