package org.sealpost.group.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.oscore.cose.Cbor;

class JoinRequestTest {
    private static final byte[] NONCE = hex("25a8991cd700ac01");

    /** The values of RFC 9594's examples. */
    @Test
    void proofsAreOverWhatTheRfcSays() {
        byte[] scope = hex("826667726f7570316673656e646572");
        JoinRequest request = new JoinRequest(
                scope, "group1", 2, NONCE, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(request.proofInput(hex("018a278f7faab55a")))
                .isEqualTo(hex("4f826667726f7570316673656e64657248018a278f7faab55a4825a8991cd700ac01"));
        assertThat(JoinRequest.managerProofInput(NONCE, hex("cef04b2aa791bc6d")))
                .isEqualTo(hex("4825a8991cd700ac0148cef04b2aa791bc6d"));
    }

    @Test
    void readsAScopeOfOneEntry() {
        Map<Long, Object> map = new TreeMap<>();
        map.put(Groupcomm.SCOPE, Cbor.array(List.of(List.of("doors", 4))));
        map.put(Groupcomm.CLIENT_NONCE, NONCE);
        map.put(Groupcomm.GET_CREDENTIALS, Optional.empty());
        JoinRequest request = JoinRequest.parse(Cbor.map(map));
        assertThat(request.group()).isEqualTo("doors");
        assertThat(request.roles()).isEqualTo(Groupcomm.RESPONDER);
        assertThat(CredentialFilter.of(request.wanted().orElseThrow())).isEmpty();
    }

    /** Nothing, no map, a text for a key, a key twice, no scope, a scope of two entries, a short nonce, something unknown. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "80",
                "a1613340",
                "a203400340",
                "a1064825a8991cd700ac01",
                "a203498282616104826162040648" + "25a8991cd700ac01",
                "a20346818261610406412a",
                "a303468182616104" + "064825a8991cd700ac01" + "186300"
            })
    void whatIsNoRequestIsRefused(String payload) {
        assertThatThrownBy(() -> JoinRequest.parse(hex(payload))).isInstanceOf(GroupcommFailure.class);
    }

    @Test
    void filtersByRoleAndIdentifier() {
        byte[] one = {1};
        byte[] two = {2};
        CredentialFilter others = new CredentialFilter(false, List.of(Groupcomm.RESPONDER), List.of(one));
        assertThat(others.wants(two, Groupcomm.RESPONDER)).isTrue();
        assertThat(others.wants(one, Groupcomm.RESPONDER)).isFalse();
        assertThat(others.wants(two, Groupcomm.REQUESTER)).isFalse();
        assertThat(new CredentialFilter(true, List.of(), List.of(one)).wants(two, Groupcomm.RESPONDER))
                .isFalse();
        assertThatThrownBy(() -> CredentialFilter.of(List.of(true, List.of("x"), List.of())))
                .isInstanceOf(GroupcommFailure.class);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
