package org.sealpost.binding.internal;

import java.util.Optional;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.core.coap.OptionSet;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** The payload of a CoAP message: the Content alone, under a number of TS-0008 table 6.2.2.2-1. */
final class CoapContent {
    private CoapContent() {}

    static void put(Message message, Content content, Serialization serialization) {
        byte[] payload = PrimitiveCodec.of(serialization).encode(content);
        if (payload.length > PrimitiveCodec.MAX_OCTETS) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the Content is larger than 1 MiB");
        }
        message.getOptions().setContentFormat(serialization.contentFormat());
        message.setPayload(payload);
    }

    static Optional<Content> get(Message message) {
        if (message.getPayloadSize() == 0) {
            return Optional.empty();
        }
        Serialization serialization = serialization(message.getOptions())
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                        "the payload's Content-Format is neither JSON nor CBOR"));
        return Optional.of(PrimitiveCodec.of(serialization).decodeContent(message.getPayload()));
    }

    static Optional<Serialization> serialization(OptionSet options) {
        return options.hasContentFormat() ? of(options.getContentFormat()) : Optional.empty();
    }

    /**
     * What an answer is written in: what Accept asks for, without it the serialisation of the request.
     *
     * @throws Refusal 5207 when Accept asks for something else
     */
    static Serialization accepted(OptionSet options) {
        if (!options.hasAccept()) {
            return serialization(options).orElse(Serialization.JSON);
        }
        return of(options.getAccept())
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_ACCEPTABLE, "Accept asks for something other than JSON or CBOR"));
    }

    private static Optional<Serialization> of(int contentFormat) {
        return switch (contentFormat) {
            case 50, 10001, 10003, 10007, 10009 -> Optional.of(Serialization.JSON);
            case 60, 10010, 10011, 10012, 10013 -> Optional.of(Serialization.CBOR);
            default -> Optional.empty();
        };
    }
}
