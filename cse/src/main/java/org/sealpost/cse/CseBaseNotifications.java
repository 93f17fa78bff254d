package org.sealpost.cse;

import java.util.concurrent.CompletionStage;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;

/**
 * What the program behind a CSE does with NOTIFYs addressed to the CSEBase that the CSE itself does not consume:
 * {@code m2m:seci} (ESPrim, RandObject requests), {@code m2m:sgn} of subscriptions that name the CSE, and {@code m2m:rsp}
 * answers to requests that the program sent in non-blocking asynchronous mode. Must not block.
 */
@FunctionalInterface
public interface CseBaseNotifications {
    CompletionStage<ResponsePrimitive> onNotify(RequestPrimitive request);
}
