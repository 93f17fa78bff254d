package org.sealpost.device;

import java.net.InetSocketAddress;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Addresses on a link, as options give them. */
public final class RadioAddress {
    private RadioAddress() {}

    /**
     * HOST:PORT.
     *
     * @throws Refusal 4000 when it is none
     */
    public static InetSocketAddress parse(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        String port = hostAndPort.substring(colon + 1);
        if (colon > 0 && port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65_535) {
            InetSocketAddress address = new InetSocketAddress(hostAndPort.substring(0, colon), Integer.parseInt(port));
            if (!address.isUnresolved()) {
                return address;
            }
        }
        throw new Refusal(
                ResponseStatus.BAD_REQUEST,
                hostAndPort + " is no address on a link: give HOST:PORT, such as 239.255.77.1:5683");
    }
}
