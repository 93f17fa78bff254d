package org.sealpost.server.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.AuthorityKeys.EpochMaterial;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.store.Database;

/** A block is put where its members are told of it, and not before they are. */
class BlockPublisherTest {
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";

    @TempDir
    Path folder;

    private final List<RequestPrimitive> sent = new ArrayList<>();
    private final Set<String> subscribed = new HashSet<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private SecureEnvironment environment;
    private Database database;
    private DeliveryLedger ledger;
    private BlockPublisher publisher;

    @BeforeEach
    void open() {
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), () -> now);
        var enclave = environment.compartment("server");
        enclave.found("//sealpost.example/in-cse");
        database = Database.open(folder.resolve("server.db"));
        ledger = new DeliveryLedger(database, () -> now);
        publisher = new BlockPublisher(
                "/in-cse",
                ledger,
                new AuditLog(database, enclave, () -> now),
                () -> now,
                timer,
                request -> {
                    sent.add(request);
                    return CompletableFuture.completedFuture(
                            ResponsePrimitive.of(ResponseStatus.CREATED, request.requestId()));
                },
                (group, gateway) -> subscribed.contains(group + " " + gateway));
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
        database.close();
        environment.close();
    }

    @Test
    void aBlockWaitsUntilItsMembersAtTheGatewayAreToldOfBlocks() {
        subscribed.add(GROUP + " gw-south");
        publisher.publish(material(3), List.of("gw-north", "gw-south"));
        publisher.work();
        assertThat(sent).extracting(RequestPrimitive::to).containsExactly(EpochContainer.at("gw-south", GROUP));
        subscribed.add(GROUP + " gw-north");
        now = now.plusSeconds(1);
        publisher.work();
        assertThat(sent)
                .extracting(RequestPrimitive::to)
                .containsExactly(EpochContainer.at("gw-south", GROUP), EpochContainer.at("gw-north", GROUP));
        now = now.plusSeconds(60);
        publisher.work();
        assertThat(sent).as("each once").hasSize(2);
    }

    @Test
    void ofTwoEpochsThatWaitTheLaterIsPublished() {
        publisher.publish(material(4), List.of("gw-north"));
        publisher.publish(material(3), List.of("gw-north"));
        subscribed.add(GROUP + " gw-north");
        publisher.work();
        assertThat(sent)
                .singleElement()
                .satisfies(r ->
                        assertThat(r.content().orElseThrow().value().toString()).contains("\"con\":\"BA==\""));
    }

    private static EpochMaterial material(long epoch) {
        return new EpochMaterial(GROUP, epoch, 1, 0, epoch, new byte[0], new byte[] {(byte) epoch});
    }
}
