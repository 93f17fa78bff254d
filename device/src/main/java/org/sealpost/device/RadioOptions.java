package org.sealpost.device;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import picocli.CommandLine.Option;

/** What a program is told about the link that commands take besides the gateway: a mixin of picocli, the same for who sends and who listens. */
public final class RadioOptions {
    @Option(
            names = "--radio",
            paramLabel = "HOST:PORT",
            description = "Commands on the link too: multicast address, such as 239.255.77.1:5683.")
    @Nullable
    String group;

    @Option(
            names = "--radio-listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Own address on that link. Default ${DEFAULT-VALUE}.")
    String listen = "";

    /**
     * Goes on the link, where one was given.
     *
     * @param user takes the own address and the multicast address
     * @throws Refusal 4000 for an option that is no address
     */
    public void use(BiConsumer<InetSocketAddress, InetSocketAddress> user) {
        Optional.ofNullable(group).ifPresent(all -> user.accept(address(listen), address(all)));
    }

    private static InetSocketAddress address(String hostAndPort) {
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
