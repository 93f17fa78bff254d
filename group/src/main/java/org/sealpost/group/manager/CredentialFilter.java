package org.sealpost.group.manager;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whose credentials a client wants (RFC 9594 section 4.3.1, {@code get_creds}): {@code null}, or {@code [whether those named, or the others, [roles], [Sender IDs]]}.
 *
 * @param named whether {@code ids} says who is wanted; else who is not
 * @param roles permission sets, of which one has to be in a member's; empty: any
 * @param ids Sender IDs
 */
public record CredentialFilter(boolean named, List<Long> roles, List<byte[]> ids) {
    /** Everybody. */
    public static final CredentialFilter ALL = new CredentialFilter(false, List.of(), List.of());

    /**
     * Reads the parameter.
     *
     * @return empty for {@code null}: who is relevant to the client
     * @throws GroupcommFailure 4.00
     */
    public static Optional<CredentialFilter> of(Object value) {
        if (value instanceof Optional<?> none && none.isEmpty()) {
            return Optional.empty();
        }
        if (value instanceof List<?> list
                && list.size() == 3
                && list.get(0) instanceof Boolean named
                && list.get(1) instanceof List<?> roles
                && roles.stream().allMatch(r -> r instanceof Long)
                && list.get(2) instanceof List<?> ids
                && ids.stream().allMatch(i -> i instanceof byte[])) {
            return Optional.of(new CredentialFilter(
                    named,
                    roles.stream().map(Long.class::cast).toList(),
                    ids.stream().map(byte[].class::cast).toList()));
        }
        throw GroupcommFailure.badRequest(
                "get_creds is null, or an inclusion flag with a list of roles and one of ids");
    }

    /** Whether a member is wanted. */
    public boolean wants(byte[] id, long permissions) {
        boolean role = roles.isEmpty() || roles.stream().anyMatch(r -> (permissions & r) == r);
        boolean listed = ids.stream().anyMatch(i -> Arrays.equals(i, id));
        return role && (ids.isEmpty() || listed == named);
    }
}
