package org.sealpost.binding;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where a request came from, as far as the hop tells.
 *
 * @param binding {@code http} or {@code coap}
 * @param remote the peer's address
 * @param authenticatedIdentity the identity that hop security established; empty while hops are plain
 */
public record Hop(String binding, InetSocketAddress remote, Optional<String> authenticatedIdentity) {}
