package org.sealpost.binding.internal;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.UDPConnector;
import org.eclipse.californium.elements.UdpMulticastConnector;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.UdpConfig;
import org.jspecify.annotations.Nullable;
import org.sealpost.binding.RadioPort;
import org.sealpost.binding.Unreachable;

/** A port on Californium: one end point for unicast and what it sends to all, and a receiver on the multicast address. */
public final class CoapRadioPort implements RadioPort, MessageDeliverer {
    private static final int DATAGRAM = 8192;
    private static final int MAX_PEERS = 1024;

    /** Members of an actuator group answer at once; RFC 10020 section 3.6.1 would have them wait up to 20 s. */
    private static final long LEISURE_MILLIS = 100;

    private final CoapPlane plane;
    private final CoapEndpoint endpoint;
    private final Handler handler;

    public CoapRadioPort(InetSocketAddress address, Optional<InetSocketAddress> group, Handler handler) {
        this.handler = handler;
        Configuration configuration = new Configuration(CoapConfig.DEFINITIONS, UdpConfig.DEFINITIONS)
                .set(CoapConfig.MAX_MESSAGE_SIZE, MAX_PAYLOAD)
                .set(CoapConfig.MAX_RESOURCE_BODY_SIZE, MAX_PAYLOAD)
                .set(CoapConfig.MAX_ACTIVE_PEERS, MAX_PEERS)
                .set(CoapConfig.LEISURE, LEISURE_MILLIS, TimeUnit.MILLISECONDS)
                .set(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT, 1)
                .set(UdpConfig.UDP_DATAGRAM_SIZE, DATAGRAM)
                .set(UdpConfig.UDP_RECEIVER_THREAD_COUNT, 1)
                .set(UdpConfig.UDP_SENDER_THREAD_COUNT, 1);
        this.plane = new CoapPlane(configuration);
        try {
            this.endpoint = plane.open(connector(address, group, configuration), this);
        } catch (IOException e) {
            plane.close();
            throw Addresses.cannotListen("CoAP multicast", group.orElse(address), e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return endpoint.getAddress();
    }

    @Override
    public CompletionStage<Answer> ask(InetSocketAddress peer, Message message, Duration timeout) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Request request = request(peer, message);
        request.setConfirmable(true);
        var patience = plane.later(
                () -> {
                    answer.completeExceptionally(
                            new Unreachable(peer + " did not answer within " + timeout.toMillis() + " ms"));
                    request.cancel();
                },
                timeout.toMillis());
        request.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                answer.complete(answer(response));
            }

            @Override
            protected void failed() {
                answer.completeExceptionally(new Unreachable(peer + " did not answer, or broke off"));
            }
        });
        answer.whenComplete((a, failure) -> patience.cancel(false));
        request.send(endpoint);
        return answer;
    }

    @Override
    public void askAll(InetSocketAddress group, Message message, Duration wait, Consumer<Answer> each) {
        Request request = request(group, message);
        request.setConfirmable(false);
        request.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                each.accept(answer(response));
            }
        });
        plane.later(request::cancel, wait.toMillis());
        request.send(endpoint);
    }

    @Override
    public void deliverRequest(Exchange exchange) {
        Request request = exchange.getRequest();
        OptionSet options = request.getOptions();
        boolean multicast = request.isMulticast();
        if (request.getCode() != CoAP.Code.POST) {
            if (!multicast) {
                exchange.sendResponse(new Response(CoAP.ResponseCode.METHOD_NOT_ALLOWED));
            }
            return;
        }
        Optional<byte[]> option = options.hasOscore() ? Optional.of(options.getOscore()) : Optional.empty();
        String path = option.isPresent() || options.getUriPath().isEmpty()
                ? ""
                : options.getUriPath().get(0);
        CompletionStage<Optional<Answer>> answering;
        try {
            answering = handler.receive(new Message(option, path, request.getPayload()), multicast);
        } catch (RuntimeException failure) {
            answering = CompletableFuture.failedFuture(failure);
        }
        if (!answering.toCompletableFuture().isDone() && request.isConfirmable()) {
            exchange.sendAccept();
        }
        answering
                .exceptionally(failure -> multicast
                        ? Optional.empty()
                        : Optional.of(Answer.open(CoAP.ResponseCode.INTERNAL_SERVER_ERROR.value)))
                .thenAccept(
                        answer -> answer.ifPresent(a -> exchange.execute(() -> exchange.sendResponse(response(a)))));
    }

    @Override
    public void deliverResponse(Exchange exchange, Response response) {
        exchange.getRequest().setResponse(response);
    }

    @Override
    public void close() {
        endpoint.destroy();
        plane.close();
    }

    /** A receiver is bound to the multicast address, so that several programs of one machine hear the same. */
    private static UDPConnector connector(
            InetSocketAddress address, Optional<InetSocketAddress> group, Configuration configuration)
            throws IOException {
        NetworkInterface network = NetworkInterface.getByInetAddress(address.getAddress());
        UDPConnector connector = new LinkConnector(address, configuration, network);
        if (group.isPresent()) {
            InetAddress to = group.get().getAddress();
            UdpMulticastConnector.Builder receiver = new UdpMulticastConnector.Builder()
                    .setConfiguration(configuration)
                    .setLocalAddress(group.get())
                    .setMulticastReceiver(true);
            connector.addMulticastReceiver(
                    (network == null ? receiver.addMulticastGroup(to) : receiver.addMulticastGroup(to, network))
                            .build());
        }
        return connector;
    }

    /** What it sends to all leaves by its own interface, loopback included. */
    private static final class LinkConnector extends UDPConnector {
        private final @Nullable NetworkInterface network;

        LinkConnector(InetSocketAddress address, Configuration configuration, @Nullable NetworkInterface network) {
            super(address, configuration);
            this.network = network;
        }

        @Override
        protected void init(DatagramSocket socket) throws IOException {
            if (network != null) {
                socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, network);
            }
            super.init(socket);
        }
    }

    private static Request request(InetSocketAddress to, Message message) {
        if (message.payload().length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("a message is too long for one datagram");
        }
        Request request = Request.newPost();
        request.setDestinationContext(new AddressEndpointContext(to));
        request.setScheme(CoAP.COAP_URI_SCHEME);
        message.option().ifPresent(request.getOptions()::setOscore);
        if (!message.path().isEmpty()) {
            request.getOptions().addUriPath(message.path());
        }
        request.setPayload(message.payload());
        return request;
    }

    private static Answer answer(Response response) {
        OptionSet options = response.getOptions();
        return new Answer(
                response.getCode().value,
                options.hasOscore() ? Optional.of(options.getOscore()) : Optional.empty(),
                response.getPayload());
    }

    private static Response response(Answer answer) {
        Response response = new Response(CoAP.ResponseCode.valueOf(answer.code()));
        answer.option().ifPresent(response.getOptions()::setOscore);
        response.setPayload(answer.payload());
        return response;
    }
}
