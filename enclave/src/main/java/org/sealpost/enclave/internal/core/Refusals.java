package org.sealpost.enclave.internal.core;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.GroupOscoreKeys;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.EpochVerdict;

/** Counts a compartment's refusals by status code, and those of blocks by what was wrong, whether they are thrown or are values. Thread-safe. */
final class Refusals {
    private final Map<Integer, LongAdder> byStatus = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> byFault = new ConcurrentHashMap<>();

    void count(int status) {
        byStatus.computeIfAbsent(status, s -> new LongAdder()).increment();
    }

    /** Counts a result that is a refusal, and returns what it was given. */
    <T> T seen(T result) {
        if (result instanceof OpenedRequest.Refused refused) {
            count(refused.status());
        } else if (result instanceof OpenedResponse.Refused refused) {
            count(refused.status());
        } else if (result instanceof CommandVerdict.Refused refused) {
            count(refused.status());
        } else if (result instanceof GroupOscoreKeys.ProtectedVerdict verdict) {
            seen(verdict.verdict());
        } else if (result instanceof EpochVerdict.Refused refused) {
            count(refused.status());
            byFault.computeIfAbsent(refused.fault(), f -> new LongAdder()).increment();
        }
        return result;
    }

    Map<String, Long> counts() {
        Map<String, Long> found = new TreeMap<>();
        byStatus.forEach((status, count) -> found.put("refused." + status, count.sum()));
        byFault.forEach((fault, count) -> found.put("blocks." + fault, count.sum()));
        return found;
    }
}
