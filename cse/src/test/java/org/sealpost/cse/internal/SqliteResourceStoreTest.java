package org.sealpost.cse.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SqliteResourceStoreTest {
    private final SqliteResourceStore store = (SqliteResourceStore) SqliteResourceStore.memory();
    private final List<String> effects = new ArrayList<>();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatFollowsACommitHappensAfterItAndOnlyOnce() {
        store.transaction(() -> {
            store.afterCommit(() -> effects.add("first"));
            assertThat(effects).isEmpty();
            return true;
        });
        store.transaction(() -> true);
        assertThat(effects).containsExactly("first");
    }

    @Test
    void aTransactionThatIsTakenBackHasNoEffectAndLeavesNothingInTheQueue() {
        assertThatThrownBy(() -> store.transaction(() -> {
                    store.add("door-1", "{}", 10, "", "r1");
                    store.afterCommit(() -> effects.add("never"));
                    throw new IllegalStateException("the resource could not be created");
                }))
                .isInstanceOf(IllegalStateException.class);
        store.transaction(() -> true);
        assertThat(effects).isEmpty();
        assertThat(store.items()).isEmpty();
    }

    @Test
    void withinATransactionWhatThrowsIsTakenBackAlone() {
        store.transaction(() -> {
            store.transaction(() -> add("door-1"));
            assertThatThrownBy(() -> store.transaction(() -> {
                        add("door-2");
                        throw new IllegalStateException("no");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            store.transaction(() -> add("door-3"));
            assertThat(effects).isEmpty();
            return true;
        });
        assertThat(effects).containsExactly("door-1", "door-3");
        assertThat(store.items()).extracting(SqliteResourceStore.Item::target).containsExactly("door-1", "door-3");
    }

    private SqliteResourceStore.Item add(String target) {
        store.afterCommit(() -> effects.add(target));
        return store.add(target, "{}", 10, "", "r1");
    }
}
