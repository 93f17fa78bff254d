package org.sealpost.binding.internal;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.time.Duration;
import org.sealpost.onem2m.PrimitiveCodec;

/** How much of anything one HTTP peer may take. */
final class HttpLimits {
    static final int MAX_BODY = PrimitiveCodec.MAX_OCTETS;
    static final int MAX_CONNECTIONS = 4096;
    static final Duration WHOLE_REQUEST = Duration.ofSeconds(20);
    static final Duration SERVER_IDLE = Duration.ofSeconds(120);

    /** Shorter than the server's, so that a request seldom meets a connection that is just being closed. */
    static final Duration CLIENT_IDLE = Duration.ofSeconds(60);

    static final Duration CONNECT = Duration.ofSeconds(5);

    private static final int MAX_LINE = 8192;
    private static final int MAX_HEADERS = 16384;
    private static final int PAGE = 8192;
    private static final int CHUNK_ORDER = 5;

    /** One arena of each kind with chunks of 256 KiB: a device has little traffic and little memory. */
    static final ByteBufAllocator ALLOCATOR = new PooledByteBufAllocator(true, 1, 1, PAGE, CHUNK_ORDER, 32, 16, false);

    private HttpLimits() {}

    static HttpDecoderConfig decoder() {
        return new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE).setMaxHeaderSize(MAX_HEADERS);
    }
}
