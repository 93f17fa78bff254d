package org.sealpost.fuzz;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.data.DataKey;
import org.sealpost.e2e.data.EsData;
import org.sealpost.e2e.data.Packaging;
import org.sealpost.enclave.internal.process.FramesTarget;

/** What is fuzzed: the class the fuzzer calls, and inputs that it begins with. */
enum Target {
    JOSE(JoseTarget.class, JoseTarget::fuzzerTestOneInput),
    PRIMITIVES(PrimitivesTarget.class, PrimitivesTarget::fuzzerTestOneInput),
    CERTIFICATES(CertificatesTarget.class, CertificatesTarget::fuzzerTestOneInput),
    ENCLAVE(FramesTarget.class, FramesTarget::fuzzerTestOneInput),
    FLEET(FleetTarget.class, FleetTarget::fuzzerTestOneInput),
    OSCORE(OscoreTarget.class, OscoreTarget::fuzzerTestOneInput),
    BLOCKS(BlocksTarget.class, BlocksTarget::fuzzerTestOneInput);

    private final Class<?> type;
    private final Consumer<byte[]> body;

    Target(Class<?> type, Consumer<byte[]> body) {
        this.type = type;
        this.body = body;
    }

    /** As it is said on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The class with {@code fuzzerTestOneInput}. */
    String className() {
        return type.getName();
    }

    /** Runs one input. */
    void run(byte[] input) {
        body.accept(input);
    }

    /** Right inputs, from which the fuzzer makes wrong ones. */
    List<byte[]> seeds() {
        return switch (this) {
            case JOSE -> jose();
            case PRIMITIVES -> primitives();
            case CERTIFICATES -> certificates();
            case ENCLAVE -> FramesTarget.seeds();
            case OSCORE -> OscoreTarget.seeds();
            case BLOCKS -> BlocksTarget.seeds();
            case FLEET -> List.of(utf8("""
                        domain: sealpost.example
                        gateways:
                          - id: gw-north
                            agent: true
                        groups:
                          - id: fire-doors
                            verbs: [close, open]
                            agentVerbs: [close]
                            algorithmFloor: A256GCM
                        devices:
                          - name: door-1
                            gateway: gw-north
                            function: fire-doors
                        """), utf8("server: {id: in-cse}\n"));
        };
    }

    private static List<byte[]> jose() {
        SecureRandom random = new SecureRandom();
        KeyPair pair = Jwk.generate(random);
        List<byte[]> seeds = new ArrayList<>();
        for (Packaging packaging : Packaging.values()) {
            String sealed = EsData.text("application/json", "{}")
                    .encryptedFor(new DataKey.Wrapping("w", new byte[16]))
                    .as(packaging)
                    .seal(random)
                    .content();
            String signed = EsData.text("application/json", "{}")
                    .signedBy(new DataKey.Mac("m", new byte[32]))
                    .as(packaging)
                    .seal(random)
                    .content();
            seeds.add(with(4, sealed));
            seeds.add(with(5, signed));
        }
        seeds.add(with(
                6,
                EsData.text("application/json", "{}")
                        .signedBy(new DataKey.Mac("m", new byte[32]))
                        .encryptedFor(new DataKey.Direct("d", new byte[32]))
                        .seal(random)
                        .content()));
        String rand = "{\"esri\":\"U-1\",\"esrv\":\"r" + "0".repeat(32)
                + "\",\"esrx\":\"20300101T003000\",\"esk\":1,\"espa\":[12]}";
        seeds.add(with(
                3,
                "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"k@x\",\"ori\":\"U-1\",\"rri\":\"S-1\",\"oro\":" + rand
                        + "}\n.AAAAAAAAAAAAAAAB.AA.AAAAAAAAAAAAAAAAAAAAAA"));
        seeds.add(with(
                7,
                "{\"alg\":\"ECDH-ES+A128KW\",\"enc\":\"A128GCM\",\"kid\":\"r\",\"epk\":"
                        + Jwk.print((ECPublicKey) pair.getPublic())
                        + "}\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAB.AA.AAAAAAAAAAAAAAAAAAAAAA"));
        seeds.add(with(1, Jws.sign(pair.getPrivate(), "t", "v", Map.of(), utf8("{}"))));
        seeds.add(with(8, "{\"alg\":\"ES256\",\"kid\":\"v\"}\ne30." + "A".repeat(86)));
        seeds.add(with(10, Jwk.print((ECPublicKey) pair.getPublic())));
        seeds.add(with(12, rand));
        seeds.add(with(11, rand.replace("\"esk\":1", "\"esks\":[1]")));
        seeds.add(with(13, "application/json:0:1\na.b.c.d.e"));
        return seeds;
    }

    private static List<byte[]> primitives() {
        String request =
                "{\"op\":1,\"to\":\"/a/b\",\"fr\":\"Cx\",\"rqi\":\"1\",\"ty\":4,\"pc\":{\"m2m:cin\":{\"con\":\"x\"}},\"rvi\":\"3\","
                        + "\"rt\":{\"rtv\":2,\"nu\":[\"/a\"]},\"rqet\":\"20300101T000000\",\"grtm\":[\"/a\"],\"fc\":{\"fu\":1,\"lbl\":[\"a\"]}}";
        return List.of(
                with(0, request),
                with(2, "{\"rsc\":2000,\"rqi\":\"1\",\"rvi\":\"3\",\"pc\":{\"m2m:cin\":{\"con\":\"x\"}}}"),
                with(4, "{\"m2m:cin\":{\"con\":\"x\"}}"),
                with(8, "{\"m2m:seci\":{\"sit\":5,\"epo\":\"a..b.c.d\"}}"),
                with(10, "//sp.example/cse/base"),
                with(12, "20300101T000000,5"),
                with(14, "application/json:0:1"),
                joined(1, new byte[] {
                    (byte) 0xa3, 0x62, 'o', 'p', 2, 0x62, 't', 'o', 0x61, 'x', 0x63, 'r', 'q', 'i', 0x61, 'r'
                }),
                joined(5, new byte[] {(byte) 0xa1, 0x67, 'm', '2', 'm', ':', 'c', 'i', 'n', (byte) 0xa0}));
    }

    private static List<byte[]> certificates() {
        return List.of(
                joined(0, new byte[] {0x30, (byte) 0x82, 1, 0, 0x30, (byte) 0x81, (byte) 0xf0, (byte) 0xa0, 3, 2, 1, 2
                }),
                with(2, "//sealpost.example/gw-north/Cdoor-1"),
                with(3, "//sealpost.example/in-cse"),
                with(4, "{\"op\":\"fetchCredentials\"}"),
                with(6, "0123456789ABCDEF0123456789ABCDEF@mef.sp.example"),
                with(7, "10-00000000@mef.sp.example"));
    }

    private static byte[] with(int first, String text) {
        return joined(first, utf8(text));
    }

    private static byte[] joined(int first, byte[] rest) {
        byte[] all = new byte[rest.length + 1];
        all[0] = (byte) first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
