package org.sealpost.oscore;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The value of CoAP's OSCORE option (RFC 8613 section 6.1, RFC 10021 section 4.3):
 *
 * <pre>flags (1) | partial IV (0 to 5) | [length (1) | kid context] | kid (the rest)
 * flags: 0x20 group mode, 0x10 kid context, 0x08 kid, 0x07 length of the partial IV; empty when all are unset</pre>
 *
 * Immutable.
 */
public final class OscoreOption {
    private static final int GROUP = 0x20;
    private static final int KID_CONTEXT = 0x10;
    private static final int KID = 0x08;
    private static final int LENGTH = 0x07;
    private static final int RESERVED = 0xc0;
    private static final int MAX_PARTIAL_IV = 5;

    private final boolean group;
    private final Optional<byte[]> partialIv;
    private final Optional<byte[]> kidContext;
    private final Optional<byte[]> kid;

    OscoreOption(boolean group, Optional<byte[]> partialIv, Optional<byte[]> kidContext, Optional<byte[]> kid) {
        this.group = group;
        this.partialIv = partialIv;
        this.kidContext = kidContext;
        this.kid = kid;
    }

    /**
     * Reads a value.
     *
     * @throws OscoreFailure {@code MALFORMED}
     */
    public static OscoreOption parse(byte[] value) {
        if (value.length == 0) {
            return new OscoreOption(false, Optional.empty(), Optional.empty(), Optional.empty());
        }
        int flags = value[0] & 0xff;
        int length = flags & LENGTH;
        if ((flags & RESERVED) != 0 || length > MAX_PARTIAL_IV || flags == 0) {
            throw malformed("an OSCORE option has flags that are reserved");
        }
        int at = 1;
        Optional<byte[]> partialIv = Optional.empty();
        if (length > 0) {
            partialIv = Optional.of(slice(value, at, length));
            at += length;
        }
        Optional<byte[]> kidContext = Optional.empty();
        if ((flags & KID_CONTEXT) != 0) {
            int size = slice(value, at, 1)[0] & 0xff;
            kidContext = Optional.of(slice(value, at + 1, size));
            at += 1 + size;
        }
        Optional<byte[]> kid = Optional.empty();
        if ((flags & KID) != 0) {
            kid = Optional.of(slice(value, at, value.length - at));
        } else if (at != value.length) {
            throw malformed("an OSCORE option has octets after its end");
        }
        return new OscoreOption((flags & GROUP) != 0, partialIv, kidContext, kid);
    }

    public byte[] encode() {
        int flags = (group ? GROUP : 0)
                | (kidContext.isPresent() ? KID_CONTEXT : 0)
                | (kid.isPresent() ? KID : 0)
                | partialIv.map(p -> p.length).orElse(0);
        if (flags == 0) {
            return new byte[0];
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(flags);
        partialIv.ifPresent(out::writeBytes);
        kidContext.ifPresent(c -> {
            out.write(c.length);
            out.writeBytes(c);
        });
        kid.ifPresent(out::writeBytes);
        return out.toByteArray();
    }

    /** Whether the Group Flag is set: group mode. */
    public boolean group() {
        return group;
    }

    /** 1 to 5 octets. */
    public Optional<byte[]> partialIv() {
        return partialIv;
    }

    /** Which context: in a group its Gid. */
    public Optional<byte[]> kidContext() {
        return kidContext;
    }

    /** The sender. */
    public Optional<byte[]> kid() {
        return kid;
    }

    private static byte[] slice(byte[] value, int from, int length) {
        if (from + length > value.length) {
            throw malformed("an OSCORE option is cut short");
        }
        return Arrays.copyOfRange(value, from, from + length);
    }

    private static OscoreFailure malformed(String sentence) {
        return new OscoreFailure(OscoreFailure.Reason.MALFORMED, sentence);
    }

    @Override
    public String toString() {
        return "OscoreOption[" + HexFormat.of().formatHex(encode()) + "]";
    }
}
