package org.sealpost.demo.tap;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;

/** One tapped address: what comes in goes on to the target, and is recorded. Thread-safe. */
public final class Relay {
    private final String name;
    private final String scheme;
    private final InetSocketAddress address;
    private volatile Optional<InetSocketAddress> target = Optional.empty();
    private volatile boolean blocked;
    private volatile Optional<Watch> watch = Optional.empty();

    Relay(String name, String scheme, InetSocketAddress address) {
        this.name = name;
        this.scheme = scheme;
        this.address = address;
    }

    public String name() {
        return name;
    }

    /** Where to send to, as a pointOfAccess. */
    public URI uri() {
        return URI.create(scheme + "://" + address.getHostString() + ":" + address.getPort());
    }

    /** Sends what comes from now on to this address; until the first call connections are refused and datagrams dropped. */
    public void target(URI next) {
        target = Optional.of(new InetSocketAddress(next.getHost(), next.getPort()));
    }

    /** While blocked, this hop is down: connections are refused, datagrams dropped. */
    public void block(boolean value) {
        blocked = value;
    }

    /** Has a watch told of what comes by from now on, in either direction; empty ends that. */
    public void watch(Optional<Watch> next) {
        watch = next;
    }

    /** Told of each piece before it is passed on. */
    void passing(ByteBuffer piece) {
        watch.ifPresent(w -> w.seen(piece, true));
    }

    /** Told of each piece that passed. */
    void passed(ByteBuffer piece) {
        watch.ifPresent(w -> w.seen(piece, false));
    }

    /** The target unless the hop is down. */
    Optional<InetSocketAddress> open() {
        return blocked ? Optional.empty() : target;
    }
}
