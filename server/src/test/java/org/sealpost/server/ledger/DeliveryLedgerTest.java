package org.sealpost.server.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.EndPointKeys.Confirmation;
import org.sealpost.enclave.EndPointKeys.Lineage;
import org.sealpost.server.store.Database;

class DeliveryLedgerTest {
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private Database database;
    private DeliveryLedger ledger;

    @BeforeEach
    void open() {
        database = Database.open(folder.resolve("server.db"));
        ledger = new DeliveryLedger(database, () -> now);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void planningTwiceDoesNothing() {
        ledger.plan(GROUP, 1, List.of("a", "b"));
        ledger.plan(GROUP, 1, List.of("a", "b"));
        assertThat(ledger.all())
                .hasSize(2)
                .allSatisfy(d -> assertThat(d.state()).isEqualTo(Delivery.State.PLANNED));
    }

    @Test
    void aLeaseKeepsOthersAwayUntilItEnds() {
        ledger.plan(GROUP, 1, List.of("a"));
        assertThat(ledger.lease("one", 10, 15)).hasSize(1);
        assertThat(ledger.lease("two", 10, 15)).isEmpty();
        now = now.plusSeconds(16);
        assertThat(ledger.lease("two", 10, 15))
                .singleElement()
                .satisfies(d -> assertThat(d.attempts()).isEqualTo(1));
    }

    @Test
    void aRetryComesAfterItsDelayWithItsReason() {
        ledger.plan(GROUP, 1, List.of("a"));
        long id = ledger.lease("one", 10, 15).get(0).id();
        ledger.retry(id, "5107: the gateway is away", 5_000);
        assertThat(ledger.lease("one", 10, 15)).isEmpty();
        now = now.plusSeconds(6);
        assertThat(ledger.lease("one", 10, 15))
                .singleElement()
                .satisfies(d -> assertThat(d.reason()).contains("5107"));
    }

    @Test
    void onlyAConfirmationConfirms() {
        ledger.plan(GROUP, 1, List.of("a", "b"));
        long id = ledger.lease("one", 1, 15).get(0).id();
        ledger.advance(id, Delivery.State.AT_GATEWAY, "accepted");
        assertThat(ledger.confirmedEpochs(GROUP)).isEmpty();
        ledger.confirmed(id, new Confirmation("a", GROUP, 1, "kcv", new Lineage(1, "i", 0, 1), 0));
        assertThat(ledger.confirmedEpochs(GROUP)).containsExactly(entry("a", 1L));
        assertThat(ledger.find(id))
                .hasValueSatisfying(d -> assertThat(d.state()).isEqualTo(Delivery.State.CONFIRMED));
        ledger.retry(id, "a late failure", 0);
        ledger.advance(id, Delivery.State.SEALED, "a late step");
        assertThat(ledger.find(id))
                .hasValueSatisfying(d -> assertThat(d.state()).isEqualTo(Delivery.State.CONFIRMED));
        assertThat(ledger.of(GROUP, 1).get("b").state()).isEqualTo(Delivery.State.PLANNED);
    }

    @Test
    void anAnswerToAnEarlierCredentialDoesNotConfirmTheLaterOne() {
        ledger.plan(GROUP, 1, List.of("agent", "b"));
        long earlier = ledger.lease("one", 1, 15).get(0).id();
        ledger.redeliver(GROUP, 1, List.of("agent"));
        ledger.confirmed(earlier, new Confirmation("agent", GROUP, 1, "kcv", new Lineage(1, "i", 0, 1), 0));
        assertThat(ledger.find(earlier)).isEmpty();
        assertThat(ledger.all())
                .extracting(Delivery::member, Delivery::state)
                .containsExactly(tuple("b", Delivery.State.PLANNED), tuple("agent", Delivery.State.PLANNED));
    }

    @Test
    void aNewerEpochSupersedesWhatIsOpen() {
        ledger.plan(GROUP, 1, List.of("a", "b"));
        ledger.confirmed(
                ledger.all().get(0).id(), new Confirmation("a", GROUP, 1, "kcv", new Lineage(1, "i", 0, 1), 0));
        ledger.plan(GROUP, 2, List.of("a", "b"));
        assertThat(ledger.all())
                .extracting(Delivery::state)
                .containsExactly(
                        Delivery.State.CONFIRMED,
                        Delivery.State.SUPERSEDED,
                        Delivery.State.PLANNED,
                        Delivery.State.PLANNED);
    }

    @Test
    void whatIsWrittenSurvivesReopening() {
        ledger.plan(GROUP, 1, List.of("a"));
        ledger.lease("crashed", 10, 3600);
        database.close();
        database = Database.open(folder.resolve("server.db"));
        ledger = new DeliveryLedger(database, () -> now);
        ledger.releaseAll();
        assertThat(ledger.lease("next", 10, 15)).hasSize(1);
    }
}
