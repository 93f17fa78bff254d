package org.sealpost.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.KeyGrant;
import org.sealpost.enclave.ProvisioningLine;
import org.sealpost.enclave.ProvisioningListener;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** What a device does by itself over connections of its own: it enrols at its MEF, and gets a key from a MAF when another device's first message needs one. */
class RemoteProvisioningTest {
    private static final String MEF = "mef.sealpost.example";
    private static final String MAF = "maf.sealpost.example";
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String DOOR = "//sealpost.example/gw-north/Cdoor-1";
    private static final String LAMP = "//sealpost.example/gw-north/Clamp-1";

    @TempDir
    Path folder;

    private final DeviceRuntime runtime = DeviceRuntime.open();
    private SecureEnvironment environment;
    private Enclave mef;
    private Enclave door;
    private Enclave lamp;
    private ProvisioningListener atMef;
    private ProvisioningListener atMaf;
    private int requests;

    @BeforeEach
    void found() throws IOException {
        environment = SecureEnvironment.inProcess(folder, InstantSource.system());
        mef = environment.compartment("mef");
        door = environment.compartment("door-1");
        lamp = environment.compartment("lamp-1");
        mef.foundFunction("MEF", MEF);
        environment.compartment("maf").foundFunction("MAF", MAF);
        environment.compartment("server").found(SERVER);
        atMef = listen(mef);
        atMaf = listen(environment.compartment("maf"));
    }

    @AfterEach
    void stop() {
        atMef.close();
        atMaf.close();
        runtime.close();
        environment.close();
    }

    @Test
    @Tag("E-26")
    void theKeyOfAnotherDevicesFirstMessageIsFetchedFromTheMaf() throws Exception {
        join(environment.compartment("server"), "in-cse", new ClientAssignment(SERVER, "SERVER", List.of(), true));
        join(environment.compartment("maf"), "maf", new ClientAssignment(MAF, "MAF", List.of(), false));
        assertThat(follow(environment.compartment("server")).good()).isTrue();
        RemoteProvisioning ofDoor = enrolled(door, "door-1", DOOR);
        RemoteProvisioning ofLamp = enrolled(lamp, "lamp-1", LAMP);
        assertThat(follow(environment.compartment("maf")).changed()).hasSize(2);
        ofDoor.register(MAF, 33, List.of(LAMP)).toCompletableFuture().get(20, TimeUnit.SECONDS);

        EndPoint atDoor = EndPoint.of(DOOR, door, runtime.calls());
        EndPoint atLamp = EndPoint.of(LAMP, lamp, runtime.calls());
        assertThatThrownBy(() -> request(atDoor, atLamp))
                .as("nobody asks the MAF")
                .hasMessageContaining(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID.name());
        atLamp.onWantedKey(ofLamp::fetch);
        assertThat(request(atDoor, atLamp)).isEqualTo(ResponseStatus.OK);
        assertThat(lamp.provisionedKeys())
                .anySatisfy(k -> assertThat(k.source() + " " + k.usage()).isEqualTo(DOOR + " 33"));
        atMaf.close();
        assertThat(request(atDoor, atLamp)).as("it is kept").isEqualTo(ResponseStatus.OK);
    }

    private RemoteProvisioning enrolled(Enclave enclave, String name, String identity) throws Exception {
        join(
                enclave,
                name,
                new ClientAssignment(
                        identity,
                        "DEVICE",
                        List.of(
                                new KeyGrant(23, SERVER, Optional.empty()),
                                new KeyGrant(21, MAF, Optional.of(uri(atMaf).toString()))),
                        false));
        RemoteProvisioning provisioning = new RemoteProvisioning(enclave, identity, runtime);
        provisioning.enrol().toCompletableFuture().get(20, TimeUnit.SECONDS);
        return provisioning;
    }

    private void join(Enclave client, String name, ClientAssignment assignment) {
        var made = mef.manufacture(client.manufactureRequest(), name, uri(atMef).toString());
        client.acceptManufacture(made.manufacturePackage());
        mef.assignClient(made.credentialId(), assignment);
    }

    private ExchangeResult follow(Enclave client) throws Exception {
        try (ProvisioningLine line = ProvisioningLine.open(
                client, MEF, ExchangeGoal.follow(), Optional.empty(), uri(atMef), runtime.calls())) {
            return line.result().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    /** An inner request from the door to the lamp; between them is nothing. */
    private ResponseStatus request(EndPoint from, EndPoint to) throws Exception {
        RequestPrimitive inner = RequestPrimitive.of(
                        Operation.RETRIEVE, "/gw-north/Clamp-1", "/gw-north/Cdoor-1", "q" + ++requests)
                .build();
        var answer = from.request(LAMP, inner, new Direct(to), false)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        return ((EndPoint.Answer.Inner) answer).response().status();
    }

    private final class Direct implements EndPoint.Route {
        private final EndPoint to;

        Direct(EndPoint to) {
            this.to = to;
        }

        @Override
        public CompletionStage<ResponsePrimitive> send(Content content) {
            RequestPrimitive outer = RequestPrimitive.of(
                            Operation.NOTIFY, "/gw-north/Clamp-1", "/gw-north/Cdoor-1", "o" + ++requests)
                    .content(content)
                    .build();
            return to.receive(
                    outer,
                    DOOR,
                    (inner, peer) -> CompletableFuture.completedFuture(
                            ResponsePrimitive.of(ResponseStatus.OK, inner.requestId())));
        }

        @Override
        public CompletionStage<Optional<E2eSecInfo>> securityInfo() {
            return CompletableFuture.completedFuture(Optional.of(E2eSecInfo.of(List.of(33))));
        }
    }

    private ProvisioningListener listen(Enclave function) throws IOException {
        return ProvisioningListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                function,
                events -> assertThat(events).isNotEmpty(),
                runtime.calls());
    }

    private static URI uri(ProvisioningListener listener) {
        return URI.create("tls://127.0.0.1:" + listener.address().getPort());
    }
}
