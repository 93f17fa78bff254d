package org.sealpost.server.ledger;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.EndPointKeys;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;
import org.sealpost.onem2m.Serialization;
import org.sealpost.server.audit.AuditLog;

/**
 * Works deliveries off: asks the member for a RandObject, has the enclave seal, sends through the gateway's courier, and takes the answers in. Each answer comes as {@code m2m:rsp} with the
 * request identifier {@code dID.STEP.NONCE}. Whatever fails is tried again; nothing is lost by a restart.
 */
public final class DeliveryWorker {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final int AT_ONCE = 64;
    private static final int REMEMBERED = 10_000;
    private static final long LEASE_SECONDS = 15;
    private static final long FIRST_RETRY_MILLIS = 300;
    private static final long LAST_RETRY_MILLIS = 10_000;
    private static final String RAND = "r";
    private static final String SEALED = "s";

    private final DeliveryLedger ledger;
    private final EndPointKeys endPoint;
    private final AuthorityKeys authority;
    private final AuditLog audit;
    private final ScheduledExecutorService timer;
    private final OuterNotify outer;
    private volatile Consumer<EndPointKeys.LaterEpoch> laterEpochs = later -> {};
    private final String owner = UUID.randomUUID().toString();
    private final String run = owner.substring(0, 8);
    private final AtomicLong requests = new AtomicLong();
    private final Map<Long, String> asked = new ConcurrentHashMap<>();
    private final Map<String, String> exchanges = Collections.synchronizedMap(new Recent());

    /** Exchanges whose answers may still come, by request identifier; the oldest go first. */
    private static final class Recent extends LinkedHashMap<String, String> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    }

    public DeliveryWorker(
            DeliveryLedger ledger,
            EndPointKeys endPoint,
            AuthorityKeys authority,
            AuditLog audit,
            ScheduledExecutorService timer,
            OuterNotify outer) {
        this.ledger = ledger;
        this.endPoint = endPoint;
        this.authority = authority;
        this.audit = audit;
        this.timer = timer;
        this.outer = outer;
    }

    /** Told of members that hold a later epoch than this server gave them. Set once, before {@link #start}. */
    public void onLaterEpoch(Consumer<EndPointKeys.LaterEpoch> listener) {
        laterEpochs = listener;
    }

    /** Begins; looks for work several times a second. */
    public void start() {
        ledger.releaseAll();
        timer.scheduleWithFixedDelay(this::work, 0, 150, TimeUnit.MILLISECONDS);
    }

    /**
     * Takes in an answer that a gateway brought, late or twice as it may be. A RandObject counts when it answers the newest question about its delivery; a confirmation whenever its exchange is
     * still open. Others are ignored: the delivery's lease ends, and it is tried again.
     */
    public void answered(ResponsePrimitive response) {
        String[] parts = response.requestId().split("\\.");
        if (parts.length != 3 || !parts[0].matches("d[0-9]{1,18}")) {
            return;
        }
        ledger.find(Long.parseLong(parts[0].substring(1))).ifPresent(delivery -> {
            try {
                if (parts[1].equals(RAND) && asked.remove(delivery.id(), response.requestId())) {
                    seal(delivery, randObject(response));
                } else if (parts[1].equals(SEALED)) {
                    Optional.ofNullable(exchanges.remove(response.requestId()))
                            .ifPresent(exchange -> open(delivery, exchange, response));
                }
            } catch (RuntimeException failure) {
                retry(delivery, failure);
            }
        });
    }

    private void work() {
        try {
            ledger.lease(owner, AT_ONCE, LEASE_SECONDS).forEach(this::ask);
        } catch (RuntimeException failure) {
            // the database or the enclave is away for the moment: the next round tries again
        }
    }

    private void ask(Delivery delivery) {
        String requestId = requestId(delivery, RAND);
        asked.put(delivery.id(), requestId);
        notify(delivery, requestId, new SecurityInfo.RandObjectRequest(), Delivery.State.PLANNED);
    }

    private void seal(Delivery delivery, String randObject) {
        boolean ending = delivery.way().equals(Delivery.ENDING);
        SealedRequest sealed = ending
                ? authority.sealEnding(delivery.member(), Optional.of(randObject), delivery.group())
                : authority.sealCredential(delivery.member(), Optional.of(randObject), delivery.group());
        String requestId = requestId(delivery, SEALED);
        exchanges.put(requestId, sealed.exchange());
        ledger.negotiated(delivery.member(), sealed.negotiation());
        ledger.advance(delivery.id(), Delivery.State.SEALED, "");
        audit.append(
                ending ? "ending.sealed" : "credential.sealed",
                delivery.group() + " epoch " + delivery.epoch() + " for " + delivery.member());
        notify(delivery, requestId, new SecurityInfo.EsprimObject(sealed.esprimObject()), Delivery.State.AT_GATEWAY);
    }

    private void open(Delivery delivery, String exchange, ResponsePrimitive response) {
        String object = response.content()
                .filter(c -> c.name().equals(Content.SECURITY_INFO))
                .map(SecurityInfo::of)
                .filter(SecurityInfo.EsprimObject.class::isInstance)
                .map(i -> ((SecurityInfo.EsprimObject) i).object())
                .orElseThrow(() -> new Refusal(
                        response.status().successful() ? ResponseStatus.BAD_REQUEST : response.status(),
                        "the member answered without protection: " + response.sentence()));
        OpenedResponse opened = endPoint.openResponse(exchange, object);
        if (opened instanceof OpenedResponse.Confirmed confirmed) {
            ledger.confirmed(delivery.id(), confirmed.confirmation());
            audit.append(
                    "credential.confirmed",
                    delivery.group() + " epoch " + confirmed.confirmation().epoch() + " by " + delivery.member());
            return;
        }
        if (opened instanceof OpenedResponse.Inner inner
                && delivery.way().equals(Delivery.ENDING)
                && JSON.decodeResponse(inner.innerResponse()).status() == ResponseStatus.OK) {
            ledger.ended(delivery.id());
            audit.append("ending.confirmed", delivery.group() + " is forgotten by " + delivery.member());
            return;
        }
        if (opened instanceof OpenedResponse.Later later) {
            laterEpochs.accept(later.held());
        }
        String why = opened instanceof OpenedResponse.Refused refused
                ? refused.status() + ": " + refused.sentence()
                : opened instanceof OpenedResponse.Later
                        ? "the member holds a later epoch"
                        : "the answer is no confirmation";
        throw new Refusal(ResponseStatus.BAD_REQUEST, why);
    }

    private String requestId(Delivery delivery, String step) {
        return "d" + delivery.id() + "." + step + "." + run + "-" + requests.incrementAndGet();
    }

    private void notify(Delivery delivery, String requestId, SecurityInfo info, Delivery.State whenAccepted) {
        outer.to(delivery.member(), requestId, info).whenComplete((response, failure) -> {
            if (failure != null) {
                retry(delivery, failure);
            } else {
                ledger.advance(delivery.id(), whenAccepted, delivery.waiting());
            }
        });
    }

    private void retry(Delivery delivery, Throwable failure) {
        long delay = Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(6, delivery.attempts()));
        ledger.retry(delivery.id(), OuterNotify.reason(failure), delay);
    }

    private static String randObject(ResponsePrimitive response) {
        if (!response.status().successful()) {
            throw new Refusal(response.status(), "the member gave no RandObject: " + response.sentence());
        }
        return response.content()
                .map(SecurityInfo::of)
                .filter(SecurityInfo.RandObjectResponse.class::isInstance)
                .map(i -> ((SecurityInfo.RandObjectResponse) i).randObject())
                .orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "the member's answer holds no RandObject"));
    }
}
