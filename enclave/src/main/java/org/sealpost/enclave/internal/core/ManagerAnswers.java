package org.sealpost.enclave.internal.core;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sealpost.group.manager.Groupcomm;
import org.sealpost.group.manager.GroupcommFailure;
import org.sealpost.oscore.Coap;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.cose.Cbor;

/** How a group manager's answers are written. */
final class ManagerAnswers {
    /** application/ace-groupcomm+cbor, as the value of a Content-Format option. */
    static final byte[] FORMAT = number(Groupcomm.FORMAT);

    private ManagerAnswers() {}

    static void require(CoapMessage request, int method) {
        if (request.code() != method) {
            throw GroupcommFailure.notAllowed();
        }
    }

    static byte[] single(Object item) {
        byte[] alone = Cbor.array(List.of(item));
        return Arrays.copyOfRange(alone, 1, alone.length);
    }

    static CoapMessage content(int format, byte[] payload) {
        return message(Coap.CONTENT, format, payload);
    }

    static CoapMessage message(int code, int format, byte[] payload) {
        return new CoapMessage(code, List.of(new CoapMessage.Option(Coap.CONTENT_FORMAT, number(format))), payload);
    }

    static CoapMessage problem(GroupcommFailure failure) {
        Map<Long, Object> problem = new LinkedHashMap<>();
        problem.put(Groupcomm.DETAIL, String.valueOf(failure.getMessage()));
        failure.error().ifPresent(id -> problem.put(Groupcomm.ERROR_ENTRY, Map.of(Groupcomm.ERROR_ID, id)));
        return message(failure.code(), Groupcomm.FORMAT_PROBLEM, Cbor.map(problem));
    }

    static byte[] number(int value) {
        return value < 256 ? new byte[] {(byte) value} : new byte[] {(byte) (value >>> 8), (byte) value};
    }
}
