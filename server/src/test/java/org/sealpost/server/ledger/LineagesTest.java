package org.sealpost.server.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.EndPointKeys.Confirmation;
import org.sealpost.enclave.EndPointKeys.Lineage;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.store.Database;

/** A3 and A5 at the server: whose sealed state went back, or runs twice. */
class LineagesTest {
    private static final String DOORS = "//sealpost.example/in-cse/cse-in/fire-doors";

    @TempDir
    Path folder;

    private final List<String> faults = new ArrayList<>();
    private Database database;
    private DeliveryLedger ledger;

    @BeforeEach
    void open() {
        database = Database.open(folder.resolve("server.db"));
        ledger = new DeliveryLedger(database, InstantSource.system());
        ledger.onStateFault((member, reason) -> faults.add(member + ": " + reason));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aStateThatGoesOnIsNeverSuspected() {
        told(1, "a", 0, 3);
        told(1, "a", 0, 9);
        told(1, "a", 0, 5);
        told(2, "b", 9, 10);
        told(5, "c", 30, 31);
        assertThat(faults).isEmpty();
        assertThat(ledger.stateFaults()).isEmpty();
        assertThat(ledger.confirmedEpochs(DOORS)).containsEntry("door", 1L);
    }

    @Test
    @DisplayName("A3 an older copy was put back after a later run: the fault stays until the member is enrolled anew")
    void a3AnOlderCopyWasPutBack() {
        told(1, "a", 0, 3);
        told(2, "b", 4, 9);
        refused(3, "c", 5, 6);
        assertThat(ledger.stateFaults())
                .hasEntrySatisfying("door", why -> assertThat(why).contains("older copy", "enrol it anew"));
        refused(4, "d", 20, 21);
        assertThat(faults).hasSize(2);
        ledger.enrolled("door");
        assertThat(ledger.stateFaults()).isEmpty();
        told(5, "e", 3, 4);
    }

    @Test
    @DisplayName("A5 one state directory was copied to two processes: the second of them is seen at its first word")
    void a5TwoProcessesOfOneState() {
        told(1, "a", 0, 3);
        told(2, "b", 3, 4);
        refused(2, "c", 3, 4);
        assertThat(ledger.stateFaults()).containsOnlyKeys("door");
    }

    @Test
    @DisplayName("A3 the gateway delays a confirmation of an earlier run: it is refused, and nobody is accused")
    void a3AnEarlierRunsConfirmationComesLate() {
        told(1, "a", 0, 3);
        told(3, "c", 4, 9);
        refused(1, "a", 0, 4);
        refused(2, "b", 3, 4);
        assertThat(ledger.stateFaults()).isEmpty();
        told(3, "c", 4, 10);
    }

    @Test
    @DisplayName("A3 a refused confirmation confirms nothing")
    void a3NothingIsConfirmed() {
        told(2, "b", 3, 4);
        assertThat(ledger.fetched(new Confirmation("door", DOORS, 2, "kcv", new Lineage(2, "c", 3, 4), 0)))
                .isCompletedExceptionally();
        assertThat(ledger.confirmedEpochs(DOORS)).containsEntry("door", 1L);
    }

    private void told(long run, String instance, long base, long revision) {
        try {
            ledger.fetched(new Confirmation("door", DOORS, 1, "kcv", new Lineage(run, instance, base, revision), 0))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw (Refusal) e.getCause();
        }
    }

    private void refused(long run, String instance, long base, long revision) {
        assertThatThrownBy(() -> told(run, instance, base, revision))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4105));
    }
}
