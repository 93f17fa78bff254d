package org.sealpost.cse.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.sealpost.cse.CseConfig;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes this CSE's e2eSecInfo to its own CSEBase and to the remoteCSE resources that its registrees keep of it. */
final class Publication {
    private final CseConfig config;
    private final Guard lock;
    private final SqliteResourceStore store;
    private final Tree tree;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send;
    private final AtomicLong requests = new AtomicLong();

    /** What each registered CSE was told last, and under which registration. */
    private final Map<String, String> told = new ConcurrentHashMap<>();

    /** A CSE that registered here: its CSEBase, and when it registered last. */
    private record Registree(String base, String since) {}

    Publication(
            CseConfig config,
            Guard lock,
            SqliteResourceStore store,
            Tree tree,
            Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send) {
        this.config = config;
        this.lock = lock;
        this.store = store;
        this.tree = tree;
        this.send = send;
    }

    CompletionStage<Void> publish(E2eSecInfo info) {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (Registree registree : here(info)) {
            String state = registree.since() + " " + info.toTree();
            if (!state.equals(told.get(registree.base()))) {
                all.add(tell(registree, info)
                        .thenAccept(r -> {
                            if (r.status().successful()) {
                                told.put(registree.base(), state);
                            }
                        })
                        .exceptionally(failure -> null)
                        .toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    /** Changes the own CSEBase and says whom to tell. */
    private List<Registree> here(E2eSecInfo info) {
        try (Guard.Held held = lock.hold()) {
            Resource base = tree.root();
            if (!info.toTree().equals(base.attributes().get(E2eSecInfo.ATTRIBUTE))) {
                store.transaction(() -> tree.replace(base.with(a -> a.set(E2eSecInfo.ATTRIBUTE, info.toTree()))));
            }
            return tree.children(base, ResourceType.REMOTE_CSE).stream()
                    .filter(csr ->
                            csr.text("cb").isPresent() && !csr.texts("csi").contains(config.cseId()))
                    .map(csr -> new Registree(
                            csr.text("cb").orElseThrow(), csr.text("lt").orElse("")))
                    .toList();
        }
    }

    private CompletionStage<ResponsePrimitive> tell(Registree registree, E2eSecInfo info) {
        ObjectNode changes = JsonNodeFactory.instance.objectNode();
        changes.set(E2eSecInfo.ATTRIBUTE, info.toTree());
        return send.apply(RequestPrimitive.of(
                        Operation.UPDATE,
                        registree.base() + config.cseId(),
                        config.cseId(),
                        "esi" + requests.incrementAndGet())
                .content(new Content(ResourceType.REMOTE_CSE.contentName(), changes))
                .build());
    }
}
