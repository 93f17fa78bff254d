package org.sealpost.cse.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.cse.Source;
import org.sealpost.cse.StoreException;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Fan-out to the members of a group (TS-0004 7.4.14): all at once, answers aggregated. NOTIFY is an extension of ours. */
final class Groups {
    private static final int REMEMBERED = 1024;

    /** So many members' changes share a write: the lock is let go in between. */
    private static final int TOGETHER = 64;

    private final PrimitiveCodec json = PrimitiveCodec.of(Serialization.JSON);
    private final BiFunction<RequestPrimitive, Source, CompletionStage<ResponsePrimitive>> handle;
    private final Together together;
    private final Map<String, Instant> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Runs work in one transaction of the store. */
    interface Together {
        List<CompletableFuture<ResponsePrimitive>> run(Supplier<List<CompletableFuture<ResponsePrimitive>>> work);
    }

    /** @param together runs what it is given in one transaction */
    Groups(BiFunction<RequestPrimitive, Source, CompletionStage<ResponsePrimitive>> handle, Together together) {
        this.handle = handle;
        this.together = together;
    }

    /** Normalises and checks the member list of a create or update request. */
    static void checkMembers(ObjectNode group) {
        List<String> unique =
                group.get("mid").valueStream().map(m -> m.asString()).distinct().toList();
        if (unique.size() > group.get("mnm").asInt()) {
            throw new Refusal(
                    ResponseStatus.MAX_NUMBER_OF_MEMBER_EXCEEDED,
                    "the group has more members than its maxNrOfMembers allows");
        }
        unique.forEach(group.putArray("mid")::add);
        group.put("cnm", unique.size()).put("mtv", true);
        if (!group.has("mt")) {
            group.put("mt", 0);
        }
    }

    /** Refuses (4104) a group request that came to this target before; under the CSE's lock. */
    String groupRequest(RequestPrimitive request, Instant now) {
        String gid = request.groupRequestId().orElseGet(() -> UUID.randomUUID().toString());
        if (seen.putIfAbsent(gid + " " + request.to(), now) != null) {
            throw new Refusal(
                    ResponseStatus.GROUP_REQUEST_IDENTIFIER_EXISTS, "this group request was fanned out before");
        }
        return gid;
    }

    /**
     * Sends a request to every member, or to those it names.
     *
     * @param path what follows {@code fopt} in the target, with a leading slash, or empty
     */
    CompletionStage<ResponsePrimitive> fanOut(
            Resource group, String path, RequestPrimitive request, String gid, String from, Source source) {
        List<String> members = group.texts("mid");
        if (members.isEmpty()) {
            throw new Refusal(ResponseStatus.NO_MEMBERS, "the group has no members");
        }
        if (!members.containsAll(request.groupTargets())) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "the request names a target that is not a member of the group");
        }
        List<String> targets = request.groupTargets().isEmpty() ? members : request.groupTargets();
        Function<String, CompletableFuture<ResponsePrimitive>> ask = member -> handle.apply(
                        request.with(b -> b.to(member + path)
                                .from(from)
                                .groupRequestId(gid)
                                .groupTargets(List.of())
                                .noResponseType()),
                        source)
                .exceptionally(failure -> refused(failure, request.requestId()))
                .thenApply(r -> r.withFrom(member))
                .toCompletableFuture();
        List<CompletableFuture<ResponsePrimitive>> answers = new ArrayList<>();
        for (int at = 0; at < targets.size(); at += TOGETHER) {
            answers.addAll(some(targets.subList(at, Math.min(targets.size(), at + TOGETHER)), ask, request));
        }
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> aggregate(
                        request, answers.stream().map(CompletableFuture::join).toList()));
    }

    /** What some members change here gets into the store with one write; when that fails, none of them has changed. */
    private List<CompletableFuture<ResponsePrimitive>> some(
            List<String> members,
            Function<String, CompletableFuture<ResponsePrimitive>> ask,
            RequestPrimitive request) {
        try {
            return together.run(() -> members.stream().map(ask).toList());
        } catch (StoreException full) {
            return members.stream()
                    .map(member -> CompletableFuture.completedFuture(
                            refused(full, request.requestId()).withFrom(member)))
                    .toList();
        }
    }

    private ResponsePrimitive aggregate(RequestPrimitive request, List<ResponsePrimitive> answers) {
        boolean none = answers.stream().noneMatch(Groups::answered);
        if (none) {
            throw new Refusal(ResponseStatus.GROUP_MEMBERS_NOT_RESPONDED, "no member of the group answered");
        }
        ObjectNode aggregated = JsonNodeFactory.instance.objectNode();
        var list = aggregated.putArray(Content.RESPONSE);
        answers.forEach(a -> list.add(json.toTree(a)));
        return ResponsePrimitive.of(
                ResponseStatus.OK, request.requestId(), new Content(Content.AGGREGATED_RESPONSE, aggregated));
    }

    private static boolean answered(ResponsePrimitive response) {
        return switch (response.status()) {
            case TARGET_NOT_REACHABLE, REMOTE_ENTITY_NOT_REACHABLE, REQUEST_TIMEOUT -> false;
            default -> true;
        };
    }

    private static ResponsePrimitive refused(Throwable failure, String requestId) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return ResponsePrimitive.refused(
                cause instanceof Refusal r
                        ? r
                        : new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "a member could not process the request"),
                requestId);
    }
}
