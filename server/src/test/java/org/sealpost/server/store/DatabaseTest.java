package org.sealpost.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

class DatabaseTest {
    @TempDir
    Path folder;

    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(folder.resolve("server.db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void workThatIsHandedInByManyIsAllDone() throws Exception {
        int count = 200;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<CompletableFuture<Integer>>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = "g" + i;
                all.add(threads.submit(
                        () -> database.together(() -> insert(name)).toCompletableFuture()));
            }
            for (Future<CompletableFuture<Integer>> each : all) {
                assertThat(each.get().get()).isEqualTo(1);
            }
            assertThat(groups()).hasSize(count);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatThrowsIsUndoneAlone() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch joined = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<CompletableFuture<Integer>> first = thread.submit(() -> database.together(() -> {
                        begun.countDown();
                        await(joined);
                        return insert("a");
                    })
                    .toCompletableFuture());
            begun.await();
            CompletableFuture<Integer> refused = database.<Integer>together(() -> {
                        insert("b");
                        throw new Refusal(ResponseStatus.CONFLICT, "no");
                    })
                    .toCompletableFuture();
            CompletableFuture<Integer> good =
                    database.together(() -> insert("c")).toCompletableFuture();
            assertThat(refused).isNotDone();
            joined.countDown();
            assertThat(first.get().get()).isEqualTo(1);
            assertThat(good.get()).isEqualTo(1);
            assertThatThrownBy(refused::join).hasCauseInstanceOf(Refusal.class);
            assertThat(groups()).containsExactly("a", "c");
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aStageCompletesWhenOthersSeeWhatWasWritten() {
        database.together(() -> insert("a"))
                .thenAccept(rows -> {
                    try (Database again = Database.open(folder.resolve("server.db"))) {
                        assertThat(again.query("select id from grp", r -> r.getString(1)))
                                .containsExactly("a");
                    }
                })
                .toCompletableFuture()
                .join();
    }

    @Test
    void aQueryMayAskTheSameAgainWhileItIsRead() {
        insert("a");
        insert("b");
        assertThat(database.query("select id from grp order by id", r -> r.getString(1) + groups()))
                .containsExactly("a[a, b]", "b[a, b]");
    }

    private int insert(String name) {
        return database.update("insert into grp (id, name) values (?, ?)", name, name);
    }

    private List<String> groups() {
        return database.query("select id from grp order by id", r -> r.getString(1));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
