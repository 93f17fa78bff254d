package org.sealpost.e2e.tls;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerProtocol;

/**
 * One side of a TLS 1.2 connection as a state machine: {@link #offer} takes what came, {@link #output} gives what to send, as full records. Requires the
 * extended master secret (RFC 7627); does not resume, renegotiate or compress. Not thread-safe. After a {@link TlsFailure} the connection is over, and
 * {@link #output} has the alert for the peer.
 */
public final class TlsPeer implements AutoCloseable {
    /** More than any flight of a handshake. */
    private static final int MAX_HANDSHAKE_INPUT = 1 << 16;

    private final TlsProtocol protocol;
    private final Side side;
    private int handshakeInput;
    private boolean over;

    private TlsPeer(TlsProtocol protocol, Side side) {
        this.protocol = protocol;
        this.side = side;
    }

    /** A client; its first flight is in {@link #output} at once. */
    public static TlsPeer client(TlsCredential credential, TlsSettings settings, SecureRandom random) {
        TlsClientProtocol protocol = new TlsClientProtocol();
        ClientSide client = new ClientSide(credential, settings, random);
        TlsPeer peer = new TlsPeer(protocol, client.side());
        peer.run(() -> protocol.connect(client));
        return peer;
    }

    /** A server, which waits for a client's first flight. */
    public static TlsPeer server(TlsCredential credential, TlsSettings settings, SecureRandom random) {
        TlsServerProtocol protocol = new TlsServerProtocol();
        ServerSide server = new ServerSide(credential, settings, random);
        TlsPeer peer = new TlsPeer(protocol, server.side());
        peer.run(() -> protocol.accept(server));
        return peer;
    }

    /**
     * Takes octets of the peer, any number of records or parts of them.
     *
     * @throws TlsFailure when the peer's certificate, key or messages are refused, or the peer refuses ours
     * @throws RuntimeException what the own certificate's key threw instead of signing
     */
    public void offer(byte[] records) {
        requireOpen();
        if (!established()) {
            handshakeInput += records.length;
            if (handshakeInput > MAX_HANDSHAKE_INPUT) {
                over = true;
                throw new TlsFailure(TlsFailure.Kind.PROTOCOL, "the peer's handshake is too long");
            }
        }
        run(() -> protocol.offerInput(records));
        if (protocol.isClosed()) {
            over = true;
        }
    }

    /** What is to be sent now; empty when there is nothing. */
    public byte[] output() {
        byte[] records = new byte[protocol.getAvailableOutputBytes()];
        protocol.readOutput(records, 0, records.length);
        return records;
    }

    /** True when the handshake is done and was not closed. */
    public boolean established() {
        return side.facts().isPresent() && !over;
    }

    /** True when nothing more can be sent or taken: the peer closed, we did, or something failed. */
    public boolean closed() {
        return over;
    }

    /** What the handshake proved; empty before its end. */
    public Optional<TlsFacts> facts() {
        return side.facts();
    }

    /**
     * Exported keying material of a label in the settings (RFC 5705, no context); a secret, the caller's to wipe.
     *
     * @throws IllegalStateException before the end of the handshake, or for another label
     */
    public byte[] export(String label) {
        return Optional.ofNullable(side.exports().get(label))
                .map(byte[]::clone)
                .orElseThrow(() -> new IllegalStateException("there is no exported key of that label"));
    }

    /** Encrypts application data; the records are in {@link #output} afterwards. */
    public void send(byte[] data) {
        requireOpen();
        if (!established()) {
            throw new IllegalStateException("application data before the end of the handshake");
        }
        run(() -> protocol.writeApplicationData(data, 0, data.length));
    }

    /** Application data that has come; empty when there is none. */
    public byte[] received() {
        byte[] data = new byte[protocol.getAvailableInputBytes()];
        protocol.readInput(data, 0, data.length);
        return data;
    }

    /** Says goodbye (the alert is in {@link #output}) and wipes what was exported. Harmless when closed already. */
    @Override
    public void close() {
        side.forget();
        if (!over) {
            over = true;
            try {
                protocol.close();
            } catch (IOException e) {
                throw new TlsFailure(TlsFailure.Kind.PROTOCOL, "the connection can't be closed in order");
            }
        }
    }

    private void requireOpen() {
        if (over) {
            throw new TlsFailure(TlsFailure.Kind.CLOSED, "the connection is closed");
        }
    }

    private void run(Step step) {
        try {
            step.run();
        } catch (TlsFatalAlertReceived e) {
            over = true;
            throw new TlsFailure(
                    TlsFailure.Kind.REFUSED_BY_PEER,
                    "the peer refuses the connection (" + AlertDescription.getName(e.getAlertDescription()) + ")");
        } catch (TlsFatalAlert e) {
            over = true;
            requireKey();
            throw side.failure().orElseGet(() -> failure(e.getAlertDescription()));
        } catch (IOException | RuntimeException e) {
            over = true;
            requireKey();
            throw side.failure()
                    .orElseGet(() -> new TlsFailure(TlsFailure.Kind.PROTOCOL, "the peer's TLS messages are malformed"));
        }
    }

    private void requireKey() {
        side.outOfReach().ifPresent(e -> {
            throw e;
        });
    }

    private static final Map<Short, TlsFailure.Kind> KINDS = Map.of(
            AlertDescription.handshake_failure, TlsFailure.Kind.NOTHING_IN_COMMON,
            AlertDescription.protocol_version, TlsFailure.Kind.NOTHING_IN_COMMON,
            AlertDescription.insufficient_security, TlsFailure.Kind.NOTHING_IN_COMMON,
            AlertDescription.unknown_psk_identity, TlsFailure.Kind.UNKNOWN_KEY_ID,
            AlertDescription.bad_record_mac, TlsFailure.Kind.NOT_AUTHENTIC,
            AlertDescription.decrypt_error, TlsFailure.Kind.NOT_AUTHENTIC,
            AlertDescription.bad_certificate, TlsFailure.Kind.CERTIFICATE,
            AlertDescription.unsupported_certificate, TlsFailure.Kind.CERTIFICATE,
            AlertDescription.certificate_unknown, TlsFailure.Kind.CERTIFICATE);

    private static TlsFailure failure(short alert) {
        TlsFailure.Kind kind = KINDS.getOrDefault(alert, TlsFailure.Kind.PROTOCOL);
        String what = switch (kind) {
            case NOTHING_IN_COMMON -> "the peers have no version, cipher suite or extension in common";
            case UNKNOWN_KEY_ID -> "the peer's pre-shared key is not known here";
            case NOT_AUTHENTIC -> "the handshake is not authentic: the keys differ, or it was changed under way";
            case CERTIFICATE -> "the peer's certificate is refused";
            default -> "the peer's TLS messages are not in order";
        };
        return new TlsFailure(kind, what + " (" + AlertDescription.getName(alert) + ")");
    }

    private interface Step {
        void run() throws IOException;
    }
}
