package org.sealpost.e2e;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * One sessionESPrimKey in use by one end point: the two RandObjects it came from, the sending counter and the window over what came in. IV = direction
 * (1 octet) | sender's instance (3) | counter (8), so that no IV repeats under a key. Not thread-safe.
 */
final class EsprimSession {
    static final int REQUEST = 0;
    static final int RESPONSE = 1;

    /** Protected errors that anybody can provoke by naming the session: enough to help a confused peer, too few to wear the key out. */
    private static final int MAX_ERRORS = 1024;

    final RandObject receiver;
    final RandObject originator;
    private final byte[] key;
    private final int ownInstance;
    private final int sendDirection;
    private final ReplayWindow window = new ReplayWindow();
    private final long most;
    private long sent;
    private long received;
    private int errors;
    private int peerInstance = -1;
    private boolean confirmed;

    EsprimSession(RandObject receiver, RandObject originator, byte[] key, int ownInstance, int sendDirection) {
        this(receiver, originator, key, ownInstance, sendDirection, SessionLimits.MOST_MESSAGES);
    }

    /** @param most messages in either direction */
    EsprimSession(
            RandObject receiver, RandObject originator, byte[] key, int ownInstance, int sendDirection, long most) {
        this.most = most;
        this.receiver = receiver;
        this.originator = originator;
        this.key = key;
        this.ownInstance = ownInstance;
        this.sendDirection = sendDirection;
    }

    Instant expiry() {
        return originator.expiry().isBefore(receiver.expiry()) ? originator.expiry() : receiver.expiry();
    }

    boolean usable(Instant now) {
        return now.isBefore(expiry()) && sent < most && received < most;
    }

    /** Half of what it may send or receive is through. */
    boolean halfUsed() {
        return Math.max(sent, received) >= most / 2;
    }

    /** True as long as another error may be sealed that no authentic message asked for. */
    boolean mayReportError() {
        return confirmed && ++errors <= MAX_ERRORS;
    }

    boolean confirmed() {
        return confirmed;
    }

    /** The peer answered, in the session before, the request that announced this one: it knows both objects. */
    void confirm() {
        confirmed = true;
    }

    String seal(byte[] header, Aead aead, byte[] plaintext) {
        if (sent >= most) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_ENCRYPTION_ERROR, "the session has sent all it may: start a new one");
        }
        sent++;
        byte[] iv = ByteBuffer.allocate(Jwe.IV_LENGTH)
                .putInt(sendDirection << 24 | ownInstance)
                .putLong(sent)
                .array();
        byte[] contentKey = Arrays.copyOf(key, aead.keyLength());
        try {
            return Jwe.sealDirect(header, contentKey, iv, plaintext);
        } finally {
            Wipe.octets(contentKey);
        }
    }

    /** Opens a message of the other side; the window moves only when it is authentic. */
    byte[] open(Jwe jwe, Aead aead) {
        ByteBuffer iv = ByteBuffer.wrap(jwe.iv());
        int head = iv.getInt();
        long counter = iv.getLong();
        int instance = head & 0xffffff;
        if (head >>> 24 == sendDirection) {
            throw new Refusal(ResponseStatus.ESPRIM_BAD_MAC, "a sealed object came back in the direction it was sent");
        }
        byte[] contentKey = Arrays.copyOf(key, aead.keyLength());
        byte[] plaintext;
        try {
            plaintext = jwe.openDirect(contentKey);
        } finally {
            Wipe.octets(contentKey);
        }
        if ((peerInstance >= 0 && peerInstance != instance) || !window.acceptable(counter)) {
            Wipe.octets(plaintext);
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a sealed object was received before, or is too old to tell");
        }
        peerInstance = instance;
        window.record(counter);
        received++;
        confirmed = true;
        return plaintext;
    }

    void wipe() {
        Wipe.octets(key);
    }
}
