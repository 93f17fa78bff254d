package org.sealpost.server.renewal;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.KeyMessage;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.enclave.RenewalKeys.RenewalStep;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.ledger.OuterNotify;

/**
 * Renews pairwise keys that are due or wanted, one run at a time for each member: asks the enclave for the next message, sends it through the gateway's courier, and gives the answer back to the
 * enclave. Request identifiers are {@code nNUMBER.STEP.RUN}. A run whose answer does not come is given up and begun anew; nothing is lost by that, because both enclaves keep a working key at every
 * moment.
 */
public final class RenewalWorker {
    private static final int AT_ONCE = 32;
    private static final long LEASE_MILLIS = 15_000;
    private static final long FIRST_RETRY_MILLIS = 500;
    private static final long LAST_RETRY_MILLIS = 60_000;

    private final RenewalLedger ledger;
    private final Map<String, Long> every;
    private final Enclave enclave;
    private final AuditLog audit;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final OuterNotify outer;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final AtomicLong requests = new AtomicLong();
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    /** What a member was asked last, by member. */
    private record Waiting(String requestId, Step step, String exchange, long until) {}

    private enum Step {
        HELLO,
        FINISH,
        RAND,
        SEALED
    }

    /** @param every age in seconds at which the key of each member is due; members without are renewed only when wanted */
    public RenewalWorker(
            RenewalLedger ledger,
            Map<String, Long> every,
            Enclave enclave,
            AuditLog audit,
            InstantSource clock,
            ScheduledExecutorService timer,
            OuterNotify outer) {
        this.ledger = ledger;
        this.every = Map.copyOf(every);
        this.enclave = enclave;
        this.audit = audit;
        this.clock = clock;
        this.timer = timer;
        this.outer = outer;
    }

    /** Begins; looks for work every second. */
    public void start() {
        timer.scheduleWithFixedDelay(this::work, 0, 1, TimeUnit.SECONDS);
    }

    /** Takes in an answer that a gateway brought; one that nobody waits for is ignored. */
    public void answered(ResponsePrimitive response) {
        if (!response.requestId().matches("n[0-9]{1,18}\\.[A-Z]+\\.[0-9a-f]{8}")) {
            return;
        }
        waiting.entrySet().stream()
                .filter(e -> e.getValue().requestId().equals(response.requestId()))
                .findFirst()
                .filter(e -> waiting.remove(e.getKey(), e.getValue()))
                .ifPresent(e -> attempt(e.getKey(), () -> proceed(e.getKey(), e.getValue(), response)));
    }

    private void work() {
        try {
            waiting.forEach((member, w) -> {
                if (clock.millis() > w.until() && waiting.remove(member, w)) {
                    fail(member, "the device did not answer");
                }
            });
            Map<String, RenewalLedger.Row> rows =
                    ledger.all().stream().collect(Collectors.toMap(RenewalLedger.Row::member, r -> r));
            enclave.pairwiseKeys().stream()
                    .filter(facts -> !waiting.containsKey(facts.peer()))
                    .filter(facts -> due(facts, Optional.ofNullable(rows.get(facts.peer()))))
                    .limit(Math.max(0, AT_ONCE - waiting.size()))
                    .forEach(facts -> attempt(facts.peer(), () -> begin(facts.peer())));
        } catch (RuntimeException failure) {
            // the database or the enclave is away for the moment: the next round tries again
        }
    }

    private boolean due(PairwiseFacts facts, Optional<RenewalLedger.Row> row) {
        if (row.filter(r -> r.nextAt() > clock.millis()).isPresent()) {
            return false;
        }
        if (facts.agreed().isPresent() || row.filter(RenewalLedger.Row::wanted).isPresent()) {
            return true;
        }
        long age = clock.instant().getEpochSecond() - facts.since();
        return Optional.ofNullable(every.get(facts.peer()))
                .filter(seconds -> facts.origin().equals(RenewalKeys.ENROLMENT) || age >= seconds || upgrade(facts))
                .isPresent();
    }

    /** The device has learned a better way than the one its key came by. */
    private boolean upgrade(PairwiseFacts facts) {
        return facts.origin().equals(RenewalKeys.EPHEMERAL)
                && facts.mechanisms().contains(RenewalKeys.CERTIFICATE)
                && enclave.nextRenewal(facts.peer()).way().equals(RenewalKeys.CERTIFICATE);
    }

    private void begin(String member) {
        RenewalStep step = enclave.nextRenewal(member);
        ledger.chosen(member, step.negotiation());
        if (step.way().equals(RenewalKeys.CERTIFICATE)) {
            KeyMessage first = enclave.startKeyEstablishment(member);
            ask(member, Step.HELLO, "", new SecurityInfo.KeyEstablishment(first.message()));
        } else {
            ask(member, Step.RAND, "", new SecurityInfo.RandObjectRequest());
        }
    }

    private void proceed(String member, Waiting asked, ResponsePrimitive response) {
        switch (asked.step()) {
            case HELLO, FINISH -> established(member, message(response));
            case RAND -> {
                SealedRequest sealed = enclave.sealRenewal(member, Optional.of(randObject(response)));
                ask(member, Step.SEALED, sealed.exchange(), new SecurityInfo.EsprimObject(sealed.esprimObject()));
            }
            case SEALED -> opened(member, enclave.openResponse(asked.exchange(), object(response)));
        }
    }

    private void established(String member, byte[] answer) {
        KeyMessage next = enclave.continueKeyEstablishment(member, answer);
        if (next.agreed().isPresent()) {
            prove(member, next.agreed().get());
        } else {
            ask(member, Step.FINISH, "", new SecurityInfo.KeyEstablishment(next.message()));
        }
    }

    private void opened(String member, OpenedResponse opened) {
        if (opened instanceof OpenedResponse.Refused refused) {
            throw new Refusal(ResponseStatus.of(refused.status()), refused.sentence());
        }
        if (!(opened instanceof OpenedResponse.Renewal renewal)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the device answered a renewal with something else");
        }
        if (renewal.facts().agreed().isPresent()) {
            prove(member, renewal.facts());
            return;
        }
        ledger.renewed(member);
        audit.append(
                "pairwise.renewed",
                member + " by " + renewal.facts().origin() + " as "
                        + renewal.facts().keyId());
    }

    private void prove(String member, PairwiseFacts facts) {
        ledger.agreed(member);
        audit.append("pairwise.agreed", member + " on " + facts.agreed().orElseThrow());
        ask(member, Step.RAND, "", new SecurityInfo.RandObjectRequest());
    }

    private void ask(String member, Step step, String exchange, SecurityInfo info) {
        String requestId = "n" + requests.incrementAndGet() + "." + step + "." + run;
        Waiting asked = new Waiting(requestId, step, exchange, clock.millis() + LEASE_MILLIS);
        waiting.put(member, asked);
        outer.to(member, requestId, info).whenComplete((accepted, failure) -> {
            if (failure != null && waiting.remove(member, asked)) {
                fail(member, OuterNotify.reason(failure));
            }
        });
    }

    private void attempt(String member, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            waiting.remove(member);
            fail(member, OuterNotify.reason(failure));
        }
    }

    private void fail(String member, String reason) {
        int attempts = ledger.of(member).map(RenewalLedger.Row::attempts).orElse(0);
        long delay = Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(7, attempts));
        if (ledger.failed(member, reason, delay)) {
            audit.append("renewal.failed", member + ": " + reason);
        }
    }

    private static byte[] message(ResponsePrimitive response) {
        return info(response, SecurityInfo.KeyEstablishment.class)
                .map(SecurityInfo.KeyEstablishment::message)
                .orElseThrow(() -> unexpected(response));
    }

    private static String randObject(ResponsePrimitive response) {
        return info(response, SecurityInfo.RandObjectResponse.class)
                .map(SecurityInfo.RandObjectResponse::randObject)
                .orElseThrow(() -> unexpected(response));
    }

    private static String object(ResponsePrimitive response) {
        return info(response, SecurityInfo.EsprimObject.class)
                .map(SecurityInfo.EsprimObject::object)
                .orElseThrow(() -> unexpected(response));
    }

    private static <T> Optional<T> info(ResponsePrimitive response, Class<T> kind) {
        return response.content()
                .filter(c -> c.name().equals(Content.SECURITY_INFO))
                .map(SecurityInfo::of)
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    private static Refusal unexpected(ResponsePrimitive response) {
        return response.status().successful()
                ? new Refusal(ResponseStatus.BAD_REQUEST, "the device answered with something else")
                : new Refusal(response.status(), "the device refused: " + response.sentence());
    }
}
