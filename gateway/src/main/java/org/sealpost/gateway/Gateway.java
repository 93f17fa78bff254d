package org.sealpost.gateway;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.Hop;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.cse.Cse;
import org.sealpost.cse.CseConfig;
import org.sealpost.cse.ResourceStore;
import org.sealpost.cse.Source;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** The M2M Gateway: an MN-CSE and its courier between the bindings. It holds no key and no code that could open what it carries. */
public final class Gateway implements AutoCloseable {
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final Listener http;
    private final Optional<Listener> coap;
    private final Cse cse;

    /**
     * What makes a gateway.
     *
     * @param id such as {@code gw-north}; its CSE-ID without the slash
     * @param coap where to listen for CoAP; absent: not at all
     * @param advertise addresses to publish instead of those listened on; empty: those
     */
    public record Config(
            String id,
            String domain,
            CseConfig.Registrar registrar,
            InetSocketAddress http,
            Optional<InetSocketAddress> coap,
            List<URI> advertise,
            Path database) {
        public Config {
            advertise = List.copyOf(advertise);
        }
    }

    /** Opens the store and the listeners; {@link #register} makes it known to the server. */
    public Gateway(Config config) {
        // A request that comes while the store is still being opened waits for it.
        CompletableFuture<Cse> opened = new CompletableFuture<>();
        this.http = bindings.listenHttp(config.http(), (request, hop) -> receive(opened, request, hop));
        this.coap = config.coap().map(a -> bindings.listenCoap(a, (request, hop) -> receive(opened, request, hop)));
        List<URI> addresses = new ArrayList<>(config.advertise());
        if (addresses.isEmpty()) {
            addresses.add(http.pointOfAccess());
            coap.ifPresent(c -> addresses.add(c.pointOfAccess()));
        }
        this.cse = Cse.open(
                new CseConfig(
                        CseConfig.MN_CSE,
                        config.domain(),
                        "/" + config.id(),
                        "cse-mn",
                        addresses,
                        List.of(),
                        Optional.of(config.registrar())),
                ResourceStore.file(config.database()),
                bindings.sender(),
                InstantSource.system(),
                Gateway::nobodyHome);
        opened.complete(cse);
    }

    public CompletionStage<Void> register() {
        return cse.register();
    }

    public URI httpAddress() {
        return http.pointOfAccess();
    }

    public Optional<URI> coapAddress() {
        return coap.map(Listener::pointOfAccess);
    }

    public Map<String, Long> counters() {
        return cse.counters();
    }

    @Override
    public void close() {
        http.close();
        coap.ifPresent(Listener::close);
        cse.close();
        bindings.close();
    }

    private static CompletionStage<ResponsePrimitive> receive(
            CompletionStage<Cse> cse, RequestPrimitive request, Hop hop) {
        return cse.thenCompose(open -> open.handle(request, Source.hop(hop.authenticatedIdentity())));
    }

    /** The gateway is no end point: what is addressed to its CSEBase itself is refused. */
    private static CompletionStage<ResponsePrimitive> nobodyHome(RequestPrimitive request) {
        return CompletableFuture.failedFuture(new Refusal(
                ResponseStatus.OPERATION_NOT_ALLOWED, "the gateway carries messages, it is no end point of them"));
    }
}
