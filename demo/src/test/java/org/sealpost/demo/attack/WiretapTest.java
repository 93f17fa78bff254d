package org.sealpost.demo.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.demo.leak.Secret;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.Command;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;

class WiretapTest {
    private static final String DOORS = "//sealpost.example/in-cse/cse-in/fire-doors";
    private static final String SENSOR = "//sealpost.example/gw-south/Csensor-2";
    private static final byte[] EPOCH_SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final EpochKeys keys = EpochKeys.derive(EPOCH_SECRET, DOORS, 2);

    @TempDir
    Path hops;

    private Wiretap wiretap;
    private Insider insider;

    @BeforeEach
    void capture() throws Exception {
        wiretap = new Wiretap(hops);
        var pair = Jwk.generate(new java.security.SecureRandom());
        insider = new Insider(
                List.of(
                        new Secret("epoch-secret", DOORS + " epoch 2", EPOCH_SECRET),
                        new Secret("signature-key", SENSOR, Jwk.scalar((java.security.interfaces.ECPrivateKey)
                                pair.getPrivate()))),
                SENSOR);
    }

    @Test
    void envelopesAreFoundInTheMiddleOfOtherOctetsAndOnlyOnce() throws Exception {
        String second = seal(2, "two");
        String first = seal(1, "one");
        Files.writeString(
                hops.resolve("a.1.to"), "POST /x\r\n\r\n{\"con\":\"" + second + "\",\"x\":\"" + first + "\"}");
        Files.writeString(hops.resolve("a.1.from"), "{\"con\":\"" + second + "\"} /gw-north/Cdoor-1 /in-cse/x");
        assertThat(wiretap.envelopes(GroupEnvelope.Use.COMMAND, DOORS)).containsExactly(first, second);
        assertThat(wiretap.envelopes(GroupEnvelope.Use.READING, DOORS)).isEmpty();
        GatewayView view = GatewayView.of(wiretap);
        assertThat(view.identities()).containsExactly("/gw-north/Cdoor-1", "/in-cse");
        assertThat(view.sealed().get("sealpost-command+jwe").count()).isEqualTo(2);
        assertThat(view.headers()).contains("kid", "typ");
        assertThat(view.connections()).isEqualTo(1);
    }

    @Test
    void anIvUsedForTwoMessagesIsFoundAndTheSameMessageTwiceIsNot() {
        String one = seal(7, "one");
        assertThat(NonceAudit.of(List.of(one, one, seal(8, "two"))).reused()).isEmpty();
        NonceAudit audit = NonceAudit.of(List.of(one, seal(7, "two")));
        assertThat(audit.objects()).isEqualTo(2);
        assertThat(audit.reused()).hasSize(1);
    }

    @Test
    void whatAnInsiderForgesIsSealedRightAndSignedWithTheWrongKey() {
        Command open = new Command(9, DOORS, 2, new Target.All(), "open", Map.of(), "//sealpost.example/in-cse", 1, 2);
        String forged = insider.forge(open, 3);
        assertThat(Command.decode(org.sealpost.e2e.Jws.parse(insider.signedCommand(forged, DOORS))
                        .payload()))
                .isEqualTo(open);
        assertThat(insider.unsigned(open, 3)).isNotEqualTo(forged);
        assertThat(insider.opens(GroupEnvelope.Use.COMMAND, forged, DOORS, 5)).isTrue();
        assertThat(insider.holds(DOORS, 2)).isTrue();
        assertThat(insider.holds(DOORS, 3)).isFalse();
        String next = GroupEnvelope.seal(
                GroupEnvelope.Use.COMMAND,
                EpochKeys.derive(new byte[32], DOORS, 3),
                DOORS,
                3,
                new GroupEnvelope.Sender(1, new byte[GroupEnvelope.INSTANCE_LENGTH], 1),
                "sealed".getBytes(StandardCharsets.US_ASCII));
        assertThat(insider.opens(GroupEnvelope.Use.COMMAND, next, DOORS, 5)).isFalse();
    }

    /** An enclave whose keys lie in a token: the witness sees what the token derived, and neither the epoch's secret nor the end point's key. */
    @Test
    void anInsiderOfATokenHasTheKeysOfTheEpochAndSignsWithAnother() {
        String owner = DOORS + " epoch 2";
        Insider thief = new Insider(
                List.of(
                        new Secret("group-command-key", owner, keys.command()),
                        new Secret("group-acknowledgement-key", owner, keys.acknowledgement()),
                        new Secret("group-reading-key", owner, keys.reading()),
                        new Secret("group-confirmation-key", owner, keys.confirmation()),
                        new Secret("group-oscore-key", owner, keys.oscore())),
                SENSOR);
        assertThat(thief.holds(DOORS, 2)).isTrue();
        assertThat(thief.holds(DOORS, 1)).isFalse();
        assertThat(thief.signsWith()).contains("in its token").isNotEqualTo(insider.signsWith());
        Command open = new Command(9, DOORS, 2, new Target.All(), "open", Map.of(), "//sealpost.example/in-cse", 1, 2);
        assertThat(thief.signedCommand(insider.forge(open, 3), DOORS)).isNotEmpty();
        assertThat(insider.opens(GroupEnvelope.Use.COMMAND, thief.forge(open, 4), DOORS, 2))
                .isTrue();
    }

    private String seal(long counter, String text) {
        return GroupEnvelope.seal(
                GroupEnvelope.Use.COMMAND,
                keys,
                DOORS,
                2,
                new GroupEnvelope.Sender(1, new byte[GroupEnvelope.INSTANCE_LENGTH], counter),
                text.getBytes(StandardCharsets.US_ASCII));
    }
}
