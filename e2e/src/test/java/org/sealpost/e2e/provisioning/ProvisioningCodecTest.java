package org.sealpost.e2e.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Messages of MEF and MAF: what goes in comes out, and nothing else comes in. */
class ProvisioningCodecTest {
    private static final long T = 1_900_000_000L;

    static Stream<ProvisioningRequest> requests() {
        return Stream.of(
                new ProvisioningRequest.RegisterClient(
                        "mef",
                        T,
                        List.of("a"),
                        "op",
                        "i1",
                        Optional.of("//d/g/Ca"),
                        Optional.of("k"),
                        Optional.of("r")),
                new ProvisioningRequest.RegisterClient(
                        "mef", T, List.of(), "op", "i1", Optional.empty(), Optional.empty(), Optional.empty()),
                new ProvisioningRequest.RetrieveConfiguration("mef", "reg1"),
                new ProvisioningRequest.UpdateClient("mef", "reg1", OptionalLong.of(T), Optional.empty()),
                new ProvisioningRequest.UpdateClient("mef", "reg1", OptionalLong.empty(), Optional.of(List.of())),
                new ProvisioningRequest.DeregisterClient("mef", "reg1"),
                new ProvisioningRequest.RegisterKey("mef", T, List.of("x", "y"), "op", 23, List.of("//d/in-cse")),
                new ProvisioningRequest.RetrieveKey("AB"),
                new ProvisioningRequest.UpdateKey(
                        "mef", "AB", OptionalLong.of(T), Optional.of(List.of("l")), Optional.of(List.of("//d/x"))),
                new ProvisioningRequest.DeregisterKey("mef", "AB"),
                new ProvisioningRequest.RetrieveCommand("reg1"),
                new ProvisioningRequest.ReportCommand("reg1", 4, CommandStatus.MO_NODE_NOT_FOUND),
                new ProvisioningRequest.FetchCredentials("AB@mef", 23),
                new ProvisioningRequest.RetrieveChanges(17),
                new ProvisioningRequest.RevokeClient("//d/g/Ca", "stolen"));
    }

    static Stream<ProvisioningResponse> responses() {
        return Stream.of(
                new ProvisioningResponse.ClientRegistered("reg1", List.of("a"), T, "//d/g/Ca", "op", Optional.empty()),
                new ProvisioningResponse.ClientRegistered(
                        "reg1", List.of(), T, "//d/g/Ca", "op", Optional.of("km1@maf")),
                new ProvisioningResponse.Configuration(List.of(
                        new ConfigurationNode("n1", 1021, "//d/in-cse", Optional.of("jwk"), Optional.empty()),
                        new ConfigurationNode("n2", 1025, "maf.d", Optional.empty(), Optional.of("tls://maf:1")))),
                new ProvisioningResponse.Updated(OptionalLong.of(T), Optional.empty(), Optional.of(List.of("//d/x"))),
                new ProvisioningResponse.KeyRegistered("AB", T, "//d/g/Ca", List.of(), "op", 23, List.of("//d/in-cse")),
                new ProvisioningResponse.KeyRetrieved(
                        T, "//d/g/Ca", List.of("l"), "op", 23, Optional.of("jwk"), "DEVICE"),
                new ProvisioningResponse.Fetched("//d/g/Ca", 60),
                command(new ClientCommand.Arguments.NoMore(60)),
                command(new ClientCommand.Arguments.CertificateProvisioning(1, "https://mef/est", 2, "id")),
                command(new ClientCommand.Arguments.DeviceConfiguration("3:coap://dm")),
                command(new ClientCommand.Arguments.Node("n1", 1022, 23)),
                new ProvisioningResponse.Changes(
                        List.of(
                                new ProvisioningResponse.Change(1, "AB", "//d/g/Ca", 23, ""),
                                new ProvisioningResponse.Change(2, "CD", "//d/g/Ca", 23, "revoked")),
                        true),
                new ProvisioningResponse.Done(),
                new ProvisioningResponse.Refused(ResponseStatus.NOT_FOUND, "no such key"));
    }

    private static ProvisioningResponse command(ClientCommand.Arguments arguments) {
        return new ProvisioningResponse.Command(new ClientCommand(7, CommandStatus.ISSUED, arguments));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aRequestComesBackAsItWent(ProvisioningRequest request) {
        assertThat(ProvisioningCodec.decodeRequest(ProvisioningCodec.encode(request)))
                .isEqualTo(request);
    }

    @ParameterizedTest
    @MethodSource("responses")
    void aResponseComesBackAsItWent(ProvisioningResponse response) {
        assertThat(ProvisioningCodec.decodeResponse(ProvisioningCodec.encode(response)))
                .isEqualTo(response);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"op\":1}",
                "{\"op\":\"keyRetrieval\"}",
                "{\"op\":\"keyRetrieval\",\"relativeKeyID\":1}",
                "{\"op\":\"keyRetrieval\",\"relativeKeyID\":\"a\",\"keyValue\":\"x\"}",
                "{\"op\":\"keyRetrieval\",\"relativeKeyID\":\"a\",\"relativeKeyID\":\"b\"}",
                "{\"op\":\"clientUpdate\",\"fqdn\":\"m\",\"clientRegID\":\"r\"}",
                "{\"op\":\"keyUpdate\",\"fqdn\":\"m\",\"relativeKeyID\":\"r\"}",
                "{\"op\":\"commandUpdate\",\"clientRegID\":\"r\",\"cmdID\":1,\"cmdStatusCode\":21}",
                "{\"op\":\"changes\",\"after\":\"1\"}",
                "{\"op\":\"keyRetrieval\",\"relativeKeyID\":\"a\"} x"
            })
    void malformedRequestsAreRefused(String json) {
        assertThatThrownBy(() -> ProvisioningCodec.decodeRequest(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4000));
    }

    @Test
    void anUnknownRequestIsNotImplemented() {
        assertThatThrownBy(() -> ProvisioningCodec.decodeRequest("{\"op\":\"other\"}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(5001));
    }

    /** Any cut and any changed octet: a refusal or another message, never another exception. */
    @Test
    void mutatedMessagesAreRefusedOrRead() {
        long seed = 20261125L;
        Random random = new Random(seed);
        List<byte[]> heads = requests().map(ProvisioningCodec::encode).toList();
        for (int i = 0; i < 5000; i++) {
            byte[] head = heads.get(random.nextInt(heads.size())).clone();
            if (random.nextBoolean()) {
                head[random.nextInt(head.length)] = (byte) random.nextInt(256);
            } else {
                head = java.util.Arrays.copyOf(head, random.nextInt(head.length));
            }
            byte[] changed = head;
            try {
                assertThat(ProvisioningCodec.decodeRequest(changed)).isNotNull();
            } catch (Refusal refusal) {
                assertThat(refusal.status().code()).as("seed " + seed).isIn(4000, 5001);
            }
        }
    }

    @Test
    void framesComeOutWholeHoweverTheyAreCut() {
        ProvisioningFrame one = new ProvisioningFrame("{}".getBytes(StandardCharsets.UTF_8), new byte[32]);
        ProvisioningFrame two = new ProvisioningFrame("{\"a\":1}".getBytes(StandardCharsets.UTF_8), new byte[0]);
        byte[] all = join(one.encode(), two.encode());
        ProvisioningFrame.Reader reader = new ProvisioningFrame.Reader();
        int seen = 0;
        for (byte octet : all) {
            reader.offer(new byte[] {octet});
            if (reader.next().isPresent()) {
                seen++;
            }
        }
        assertThat(seen).isEqualTo(2);
        assertThat(reader.inside()).isFalse();
    }

    @Test
    void aCutOffFrameNeverComesOut() {
        byte[] frame = new ProvisioningFrame("{\"a\":1}".getBytes(StandardCharsets.UTF_8), new byte[16]).encode();
        for (int length = 0; length < frame.length; length++) {
            ProvisioningFrame.Reader reader = new ProvisioningFrame.Reader();
            reader.offer(java.util.Arrays.copyOf(frame, length));
            assertThat(reader.next()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7fffffff0002", "000000020003", "000000500002", "00000004ffff", "000000020000"})
    void framesWithImpossibleLengthsAreRefused(String hex) {
        ProvisioningFrame.Reader reader = new ProvisioningFrame.Reader();
        reader.offer(java.util.HexFormat.of().parseHex(hex));
        assertThatThrownBy(reader::next).isInstanceOf(Refusal.class);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] all = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
