package org.sealpost.device;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.sealpost.cse.ae.ApplicationEntity;

/**
 * Where a device lives.
 *
 * @param name such as {@code door-1}
 * @param domain the service provider's domain
 * @param gatewayId such as {@code gw-north}
 * @param gateway the gateway's address
 * @param serverId the server's CSE-ID, {@code /in-cse}
 * @param listen where to listen for messages; absent: a polling channel
 * @param advertise address to publish instead of the one listened on
 */
public record DeviceConfig(
        String name,
        String domain,
        String gatewayId,
        URI gateway,
        String serverId,
        Optional<URI> listen,
        Optional<URI> advertise) {
    private static final int EVERYTHING = 63;
    private static final int AGENT = 1 + 2 + 16;

    /** A device behind a polling channel. */
    public static DeviceConfig polling(String name, String domain, String gatewayId, URI gateway) {
        return new DeviceConfig(name, domain, gatewayId, gateway, "/in-cse", Optional.empty(), Optional.empty());
    }

    /** Absolute identity of the device. */
    public String identity() {
        return "//" + domain + "/" + gatewayId + "/C" + name;
    }

    /** Absolute identity of the server's end point. */
    public String server() {
        return "//" + domain + serverId;
    }

    ApplicationEntity.Config entity() {
        return new ApplicationEntity.Config(
                domain,
                "C" + name,
                name,
                "Nsealpost.device",
                "/" + gatewayId,
                "cse-mn",
                gateway,
                listen,
                advertise,
                List.of(13, 14),
                List.of("cmd", "ack", "data"),
                List.of("cmd"),
                List.of(
                        new ApplicationEntity.Grant(serverId, EVERYTHING),
                        new ApplicationEntity.Grant("/" + gatewayId + "/Cagent", AGENT)));
    }
}
