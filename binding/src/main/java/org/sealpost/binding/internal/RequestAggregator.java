package org.sealpost.binding.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** Collects a request up to {@link HttpLimits#MAX_BODY}; a larger one is answered with 413 and the connection ends. */
final class RequestAggregator extends HttpObjectAggregator {
    RequestAggregator() {
        super(HttpLimits.MAX_BODY);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        String requestId = Optional.ofNullable(oversized.headers().get(M2mHeaders.REQUEST_ID))
                .orElse("");
        Refusal refusal = new Refusal(
                ResponseStatus.BAD_REQUEST,
                "the body is larger than " + HttpLimits.MAX_BODY + " octets: send less in one request");
        FullHttpResponse response = HttpResponseMapping.encode(
                ResponsePrimitive.refused(refusal, requestId),
                Serialization.JSON,
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE.code());
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        // What the peer still sends is read and dropped, or the reset would overtake the answer; the slow-peer guard
        // ends it.
        ctx.writeAndFlush(response).addListener(done -> ((SocketChannel) ctx.channel()).shutdownOutput());
    }
}
