package org.sealpost.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The published vector for the readings of TS-0003 10.3.8.2 and 8.4.3.2 that Sealpost implements, bit for bit and both ways. */
class EsprimVectorTest {
    private static final byte[] PAIRWISE =
            HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final String RECEIVER =
            "{\"esri\":\"U-R0001\",\"esrv\":\"ra0a1a2a3a4a5a6a7a8a9aaabacadaeaf\",\"esrx\":\"20301231T235959\",\"esks\":[1],\"espa\":[12]}";
    private static final String ORIGINATOR =
            "{\"esri\":\"U-O0001\",\"esrv\":\"rb0b1b2b3b4b5b6b7b8b9babbbcbdbebf\",\"esrx\":\"20301231T235900\",\"esk\":1,\"espa\":[12]}";
    private static final String KEY_ID = "dev17.espr1@server.example.org";
    private static final String INNER_REQUEST =
            "{\"op\":2,\"to\":\"/in-cse/cse-in/gcs/dev17/la\",\"fr\":\"/mn-cse/Cdev17\",\"rqi\":\"q0001\",\"ot\":\"20300101T000000\",\"rvi\":\"3\"}";
    private static final String INNER_RESPONSE =
            "{\"rsc\":2000,\"rqi\":\"q0001\",\"pc\":{\"m2m:cin\":{\"cnf\":\"application/json:0\",\"con\":\"{}\"}},\"rvi\":\"3\"}";
    private static final String REQUEST_OBJECT =
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZGV2MTcuZXNwcjFAc2VydmVyLmV4YW1wbGUub3JnIiwiY3R5Ijoidm5kLm9uZW0ybS1wcmVxK2pzb24iLCJvcmkiOiJVLU8wMDAxIiwicnJpIjoiVS1SMDAwMSIsIm9ybyI6eyJlc3JpIjoiVS1PMDAwMSIsImVzcnYiOiJyYjBiMWIyYjNiNGI1YjZiN2I4YjliYWJiYmNiZGJlYmYiLCJlc3J4IjoiMjAzMDEyMzFUMjM1OTAwIiwiZXNrIjoxLCJlc3BhIjpbMTJdfX0..AAAAAQAAAAAAAAAB.Ta6f_aI4prchzEjZz-k0ye97WFWkkGFMDUgShJsIuA1r9Ohy0sZWSrb_l37btTY2efEmw6VQVmjglO5dMypYSE3F1RBiDiRZZm3BFfZveFWAWJ0tYI1RNFGyIZ7ABUIoMI1tK02_KGRA5SbBN5aHlg.YNEMFFYCz2XE3lDpUHOLug";
    private static final String RESPONSE_OBJECT =
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZGV2MTcuZXNwcjFAc2VydmVyLmV4YW1wbGUub3JnIiwiY3R5Ijoidm5kLm9uZW0ybS1wcnNwK2pzb24iLCJvcmkiOiJVLU8wMDAxIiwicnJpIjoiVS1SMDAwMSJ9..AQAAAQAAAAAAAAAB.r7PniWxPhpnXV8P_4qkFIHkWrO_ifUDdif63hAeF0njxYMMmxii18U5xSHD-kVim4jU8Ekuj6solWxf1S-ffwG2kbpCyNWUV70mkrg8e0rLwNpHy4yf8tVvAqrJB.84CSYNhGC8uFyVQOzcJ0yA";

    private final RandObject receiver = RandObject.parse(RandObject.Role.RECEIVER, RECEIVER);
    private final RandObject originator = RandObject.parse(RandObject.Role.ORIGINATOR, ORIGINATOR);

    @Test
    void canonicalObjectsAreTheVectors() {
        assertThat(receiver.canonical()).isEqualTo(RECEIVER).hasSize(109);
        assertThat(originator.canonical()).isEqualTo(ORIGINATOR).hasSize(106);
        assertThat(Labels.SESSION_ESPRIM_KEY).hasSize(56);
    }

    @Test
    @Tag("E-16")
    void sessionKey() {
        assertThat(HexFormat.of().formatHex(SessionKeys.CANONICAL_JSON_V1.derive(PAIRWISE, receiver, originator)))
                .isEqualTo("b6e649f5d789c40adb77a7b317b5c794951305a7054a175cdd48175c5fecea90");
    }

    @Test
    void sealsTheRequestAndTheResponse() {
        assertThat(session(EsprimSession.REQUEST).seal(requestHeader().octets(), Aead.A256GCM, utf8(INNER_REQUEST)))
                .isEqualTo(REQUEST_OBJECT);
        assertThat(session(EsprimSession.RESPONSE).seal(responseHeader().octets(), Aead.A256GCM, utf8(INNER_RESPONSE)))
                .isEqualTo(RESPONSE_OBJECT);
    }

    @Test
    @Tag("E-19")
    void opensTheRequestAndTheResponse() {
        Jwe request = Jwe.parse(REQUEST_OBJECT, EsprimHeader.NAMES);
        assertThat(EsprimHeader.of(request)).isEqualTo(requestHeader());
        assertThat(session(EsprimSession.RESPONSE).open(request, Aead.A256GCM)).isEqualTo(utf8(INNER_REQUEST));
        Jwe response = Jwe.parse(RESPONSE_OBJECT, EsprimHeader.NAMES);
        assertThat(EsprimHeader.of(response)).isEqualTo(responseHeader());
        assertThat(session(EsprimSession.REQUEST).open(response, Aead.A256GCM)).isEqualTo(utf8(INNER_RESPONSE));
    }

    @Test
    void expiriesAreReadAsUtc() {
        assertThat(receiver.expiry()).isEqualTo(Instant.parse("2030-12-31T23:59:59Z"));
        assertThat(originator.keyGeneration()).isEqualTo(List.of(1));
    }

    private EsprimSession session(int sendDirection) {
        byte[] key = SessionKeys.CANONICAL_JSON_V1.derive(PAIRWISE, receiver, originator);
        return new EsprimSession(receiver, originator, key, 1, sendDirection);
    }

    private EsprimHeader requestHeader() {
        return header(EsprimHeader.REQUEST_TYPE, Optional.of(originator));
    }

    private EsprimHeader responseHeader() {
        return header(EsprimHeader.RESPONSE_TYPE, Optional.empty());
    }

    private EsprimHeader header(String type, Optional<RandObject> oro) {
        return new EsprimHeader("A256GCM", KEY_ID, Optional.of(type), "U-O0001", "U-R0001", oro, Optional.empty());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
