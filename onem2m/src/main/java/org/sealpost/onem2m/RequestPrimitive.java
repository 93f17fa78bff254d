package org.sealpost.onem2m;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A request primitive (TS-0004 7.2.1.1, short names 8.2.2), as a value. Parameters that Sealpost does not support are refused by
 * the codec, never dropped.
 *
 * @param operation {@code op}
 * @param to {@code to}: an identifier in any scope
 * @param from {@code fr}; absent only when an AE registers for the first time
 * @param requestId {@code rqi}
 * @param resourceType {@code ty}, present exactly in CREATE
 * @param content {@code pc}
 * @param releaseVersion {@code rvi}
 * @param originatingTimestamp {@code ot}
 * @param requestExpiration {@code rqet}
 * @param resultExpiration {@code rset}
 * @param responseType {@code rt}
 * @param resultContent {@code rcn}
 * @param eventCategory {@code ec}
 * @param groupRequestId {@code gid}
 * @param groupTargets {@code grtm}; empty when absent
 * @param attributes {@code atrl}: short names for a partial retrieve; empty when absent
 * @param filter filter criteria and other query parameters of a discovery, short names to values; empty when absent
 */
public record RequestPrimitive(
        Operation operation,
        String to,
        Optional<String> from,
        String requestId,
        Optional<Integer> resourceType,
        Optional<Content> content,
        Optional<String> releaseVersion,
        Optional<Instant> originatingTimestamp,
        Optional<Instant> requestExpiration,
        Optional<Instant> resultExpiration,
        Optional<ResponseType> responseType,
        Optional<Integer> resultContent,
        Optional<Integer> eventCategory,
        Optional<String> groupRequestId,
        List<String> groupTargets,
        List<String> attributes,
        Map<String, String> filter) {

    /** The release that Sealpost speaks. */
    public static final String RELEASE = "3";

    public RequestPrimitive {
        groupTargets = List.copyOf(groupTargets);
        attributes = List.copyOf(attributes);
        filter = Map.copyOf(filter);
    }

    /** A builder for a request of release 3. */
    public static Builder of(Operation operation, String to, String from, String requestId) {
        return new Builder(operation, to, requestId).from(from);
    }

    /** A builder that starts as a copy of this request. */
    public Builder toBuilder() {
        Builder b = new Builder(operation, to, requestId);
        b.from = from;
        b.resourceType = resourceType;
        b.content = content;
        b.releaseVersion = releaseVersion;
        b.originatingTimestamp = originatingTimestamp;
        b.requestExpiration = requestExpiration;
        b.resultExpiration = resultExpiration;
        b.responseType = responseType;
        b.resultContent = resultContent;
        b.eventCategory = eventCategory;
        b.groupRequestId = groupRequestId;
        b.groupTargets = groupTargets;
        b.attributes = attributes;
        b.filter = filter;
        return b;
    }

    /** This request with some parameters changed. */
    public RequestPrimitive with(UnaryOperator<Builder> change) {
        return change.apply(toBuilder()).build();
    }

    /** Collects the parameters of a request; not thread-safe. */
    public static final class Builder {
        private Operation operation;
        private String to;
        private String requestId;
        private Optional<String> from = Optional.empty();
        private Optional<Integer> resourceType = Optional.empty();
        private Optional<Content> content = Optional.empty();
        private Optional<String> releaseVersion = Optional.of(RELEASE);
        private Optional<Instant> originatingTimestamp = Optional.empty();
        private Optional<Instant> requestExpiration = Optional.empty();
        private Optional<Instant> resultExpiration = Optional.empty();
        private Optional<ResponseType> responseType = Optional.empty();
        private Optional<Integer> resultContent = Optional.empty();
        private Optional<Integer> eventCategory = Optional.empty();
        private Optional<String> groupRequestId = Optional.empty();
        private List<String> groupTargets = List.of();
        private List<String> attributes = List.of();
        private Map<String, String> filter = Map.of();

        public Builder(Operation operation, String to, String requestId) {
            this.operation = operation;
            this.to = to;
            this.requestId = requestId;
        }

        public Builder operation(Operation value) {
            operation = value;
            return this;
        }

        public Builder to(String value) {
            to = value;
            return this;
        }

        public Builder from(String value) {
            from = Optional.of(value);
            return this;
        }

        public Builder noFrom() {
            from = Optional.empty();
            return this;
        }

        public Builder requestId(String value) {
            requestId = value;
            return this;
        }

        public Builder resourceType(int value) {
            resourceType = Optional.of(value);
            return this;
        }

        public Builder content(Content value) {
            content = Optional.of(value);
            return this;
        }

        public Builder releaseVersion(Optional<String> value) {
            releaseVersion = value;
            return this;
        }

        public Builder originatingTimestamp(Instant value) {
            originatingTimestamp = Optional.of(value);
            return this;
        }

        public Builder requestExpiration(Instant value) {
            requestExpiration = Optional.of(value);
            return this;
        }

        public Builder resultExpiration(Instant value) {
            resultExpiration = Optional.of(value);
            return this;
        }

        public Builder responseType(ResponseType value) {
            responseType = Optional.of(value);
            return this;
        }

        public Builder noResponseType() {
            responseType = Optional.empty();
            return this;
        }

        public Builder resultContent(int value) {
            resultContent = Optional.of(value);
            return this;
        }

        public Builder eventCategory(int value) {
            eventCategory = Optional.of(value);
            return this;
        }

        public Builder groupRequestId(String value) {
            groupRequestId = Optional.of(value);
            return this;
        }

        public Builder groupTargets(List<String> value) {
            groupTargets = value;
            return this;
        }

        public Builder attributes(List<String> value) {
            attributes = value;
            return this;
        }

        public Builder filter(Map<String, String> value) {
            filter = value;
            return this;
        }

        public RequestPrimitive build() {
            return new RequestPrimitive(
                    operation,
                    to,
                    from,
                    requestId,
                    resourceType,
                    content,
                    releaseVersion,
                    originatingTimestamp,
                    requestExpiration,
                    resultExpiration,
                    responseType,
                    resultContent,
                    eventCategory,
                    groupRequestId,
                    groupTargets,
                    attributes,
                    filter);
        }
    }
}
