package org.sealpost.cse.internal;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.sealpost.binding.Sender;
import org.sealpost.cse.CseConfig;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** The way to other CSEs (TS-0004 7.3.2.6): a registered CSE, else the registrar, else 4004. */
final class Router {
    private static final Duration AE_PATIENCE = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final CseConfig config;
    private final Tree tree;
    private final Sender sender;
    private final InstantSource clock;

    Router(CseConfig config, Tree tree, Sender sender, InstantSource clock) {
        this.config = config;
        this.tree = tree;
        this.sender = sender;
        this.clock = clock;
    }

    /** CSE-ID that an identifier points into, SP-relative; empty when it is this CSE or CSE-relative. */
    Optional<String> remote(String to) {
        String absolute =
                new Identifier(to).absolute(config.spDomain(), config.cseId()).text();
        String domain = "//" + config.spDomain();
        if (!absolute.startsWith(domain + "/")) {
            return Optional.of(absolute);
        }
        String cse = "/" + absolute.substring(domain.length() + 1).split("/")[0];
        return cse.equals(config.cseId()) ? Optional.empty() : Optional.of(cse);
    }

    /** CSE-relative segments of a local identifier. */
    List<String> segments(String to) {
        String relative =
                new Identifier(to).absolute(config.spDomain(), config.cseId()).text();
        String rest = relative.substring(("//" + config.spDomain() + config.cseId()).length());
        return rest.isEmpty() ? List.of("-") : List.of(rest.substring(1).split("/"));
    }

    /** Addresses of the next hop towards a CSE; found under the CSE's lock. */
    List<URI> nextHop(String cse) {
        for (Resource csr : tree.children(tree.root(), ResourceType.REMOTE_CSE)) {
            if (csr.texts("csi").contains(cse) || csr.texts("dcse").contains(cse)) {
                return csr.texts("poa").stream().map(URI::create).toList();
            }
        }
        return config.registrar()
                .map(r -> List.of(r.pointOfAccess()))
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.NOT_FOUND, "there is no way to that CSE: it has to register first"));
    }

    /** Sends to the first address that answers. */
    CompletionStage<ResponsePrimitive> send(
            List<URI> addresses, RequestPrimitive request, ResponseStatus whenUnreachable) {
        return send(addresses, request, timeout(request), whenUnreachable);
    }

    /** Sends to an AE, which answers soon or is away: whoever must not lose the message sends it again. */
    CompletionStage<ResponsePrimitive> sendToAe(List<URI> addresses, RequestPrimitive request) {
        Duration timeout = timeout(request);
        return send(
                addresses,
                request,
                timeout.compareTo(AE_PATIENCE) < 0 ? timeout : AE_PATIENCE,
                ResponseStatus.TARGET_NOT_REACHABLE);
    }

    private CompletionStage<ResponsePrimitive> send(
            List<URI> addresses, RequestPrimitive request, Duration timeout, ResponseStatus whenUnreachable) {
        CompletionStage<ResponsePrimitive> attempt =
                CompletableFuture.failedFuture(new Refusal(whenUnreachable, "the next hop has no address"));
        for (URI address : addresses) {
            attempt = attempt.exceptionallyCompose(before -> sender.send(address, request, timeout));
        }
        return attempt.exceptionallyCompose(
                failure -> CompletableFuture.failedFuture(
                        cause(failure) instanceof Refusal refusal
                                ? refusal
                                : new Refusal(
                                        whenUnreachable,
                                        "the next hop does not answer: it will be tried again where a courier carries the message")));
    }

    Duration timeout(RequestPrimitive request) {
        return request.requestExpiration()
                .map(t -> Duration.between(clock.instant(), t))
                .filter(d -> !d.isNegative() && d.compareTo(LONGEST) < 0)
                .orElse(PATIENCE);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
