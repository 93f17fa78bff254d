package org.sealpost.binding;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A UDP port that speaks CoAP (RFC 7252) to one node or, by multicast, to all on a link (RFC 10020), for messages under Group OSCORE: it sees the value of the OSCORE option and a payload, and
 * opens nothing. Messages without the option pass as they are, for what is public. Client and server in one. Thread-safe.
 */
public interface RadioPort extends AutoCloseable {
    /** The largest payload that is sent, in octets: what goes to all can't be split into blocks. */
    int MAX_PAYLOAD = 6144;

    /**
     * Opens a port.
     *
     * @param address to listen on and send from; its interface is the one that multicast leaves by
     * @param group multicast address and port to listen on besides; the same port serves any number of processes on a machine
     * @param handler of requests; called on the port's thread, must not block
     * @throws java.io.UncheckedIOException when an address can't be used; the message says which and what to do
     */
    static RadioPort open(InetSocketAddress address, Optional<InetSocketAddress> group, Handler handler) {
        return new org.sealpost.binding.internal.CoapRadioPort(address, group, handler);
    }

    /** Where it listens for one. */
    InetSocketAddress address();

    /** Asks one node; the stage fails with {@link Unreachable} when no answer comes in time. */
    CompletionStage<Answer> ask(InetSocketAddress peer, Message message, Duration timeout);

    /**
     * Asks all nodes of a link, which may answer or not.
     *
     * @param wait how long answers are taken
     * @param each is called for each answer on the port's thread, must not block
     */
    void askAll(InetSocketAddress group, Message message, Duration wait, Consumer<Answer> each);

    @Override
    void close();

    /** Answers requests. */
    @FunctionalInterface
    interface Handler {
        /** An answer; empty to stay silent, as befits an error after a multicast (RFC 10020 section 3.1). */
        CompletionStage<Optional<Answer>> receive(Message message, boolean multicast);
    }

    /**
     * A POST.
     *
     * @param option value of the OSCORE option; empty for what is not protected
     * @param path first segment of the path; empty under OSCORE, where it is inside
     */
    record Message(Optional<byte[]> option, String path, byte[] payload) {
        /** A protected one. */
        public static Message secured(byte[] option, byte[] payload) {
            return new Message(Optional.of(option), "", payload);
        }

        /** One for everybody to read. */
        public static Message open(String path, byte[] payload) {
            return new Message(Optional.empty(), path, payload);
        }
    }

    /**
     * An answer.
     *
     * @param code CoAP code, one octet: class in the upper three bits
     * @param option value of the OSCORE option; empty for what is not protected, and so can't be believed
     */
    record Answer(int code, Optional<byte[]> option, byte[] payload) {
        private static final int CHANGED = 0x44;

        /** A protected one. */
        public static Answer secured(byte[] option, byte[] payload) {
            return new Answer(CHANGED, Optional.of(option), payload);
        }

        /** An error or an empty success that everybody can read. */
        public static Answer open(int code) {
            return new Answer(code, Optional.empty(), new byte[0]);
        }
    }
}
