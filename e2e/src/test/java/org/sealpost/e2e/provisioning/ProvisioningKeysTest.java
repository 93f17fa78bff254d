package org.sealpost.e2e.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.e2e.Hmac;
import org.sealpost.onem2m.Refusal;

/** The derivations of TS-0003 10.3, against values that two crypto libraries computed. */
class ProvisioningKeysTest {
    private static final byte[] KE =
            HexFormat.of().parseHex("202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");

    @Test
    @Tag("S-20")
    void kmKpsaAndUsageConstrainedKeyHaveTheirVectors() {
        assertThat(hex(ProvisioningKeys.master(KE, "maf.example.org")))
                .isEqualTo("4cebbfc1de5384171dcd3d3b84ac383f4bac822879289c199f87a2ccb16f2441");
        assertThat(hex(ProvisioningKeys.connection(KE, "/in-cse")))
                .isEqualTo("6d10d573a016b454470069ef7794dd0da85ceac6ae05f64ac30aac97d4f0dc05");
        assertThat(hex(ProvisioningKeys.usageConstrained(KE, 23, "in-cse.server.example.org")))
                .isEqualTo("d7c372806a4484417d8ba7cab04a62c955b7a2ae57c323db416f77232d683def");
    }

    @Test
    void aTargetsIdentityBecomesItsFqdn() {
        assertThat(ProvisioningKeys.forUsage(KE, Usage.ESPRIM, "//server.example.org/in-cse"))
                .isEqualTo(ProvisioningKeys.usageConstrained(KE, 23, "in-cse.server.example.org"));
        assertThat(ProvisioningKeys.forUsage(KE, Usage.MASTER, "maf.example.org"))
                .isEqualTo(ProvisioningKeys.master(KE, "maf.example.org"));
    }

    @Test
    @Tag("SE-04")
    void eachUsageAndTargetHasItsOwnKey() {
        assertThat(ProvisioningKeys.usageConstrained(KE, 23, "a.example"))
                .isNotEqualTo(ProvisioningKeys.usageConstrained(KE, 24, "a.example"))
                .isNotEqualTo(ProvisioningKeys.usageConstrained(KE, 23, "b.example"));
        assertThat(ProvisioningKeys.wrapping(KE)).hasSize(32).isNotEqualTo(KE);
    }

    @Test
    void identifiersAreNormalisedBeforeTheyAreAnInput() {
        assertThat(ProvisioningKeys.master(KE, "\uFF4Daf.example.org"))
                .isEqualTo(ProvisioningKeys.master(KE, "maf.example.org"));
    }

    @Test
    void theEndToEndKeysAreChained() {
        ProvisioningKeys.EndToEnd keys = ProvisioningKeys.endToEnd(KE, new byte[0]);
        byte[] master = Hmac.sha256(new byte[32], KE);
        byte[] first = Hmac.sha256(master, "E2E Message Authentication Key".getBytes(), new byte[] {1});
        assertThat(keys.messageAuthentication()).isEqualTo(first);
        assertThat(keys.messageConfidentiality())
                .isEqualTo(Hmac.sha256(master, first, "E2E Message Confidentiality Key".getBytes(), new byte[] {2}));
        assertThat(keys.attributeAuthenticity()).isNotEqualTo(keys.attributeConfidentiality());
        assertThat(ProvisioningKeys.endToEnd(KE, new byte[] {1}).messageAuthentication())
                .isNotEqualTo(first);
    }

    @Test
    @Tag("E-41")
    @Tag("S-19")
    void anExportIsSplitIntoIdAndKey() {
        byte[] exported = new byte[48];
        Arrays.fill(exported, 16, 48, (byte) 7);
        exported[0] = (byte) 0xab;
        ProvisioningKeys.Exported parts = ProvisioningKeys.split(exported);
        assertThat(parts.key()).hasSize(32).containsOnly(7);
        assertThat(KeyIdentifier.of(parts.id(), "mef.example").text())
                .isEqualTo("AB000000000000000000000000000000@mef.example");
        assertThatThrownBy(() -> ProvisioningKeys.split(new byte[47])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keyIdentifiersDifferingInCaseAreTheSame() {
        assertThat(KeyIdentifier.parse("AB01@MEF.example").canonical())
                .isEqualTo(KeyIdentifier.parse("ab01@mef.EXAMPLE").canonical());
        assertThat(KeyIdentifier.parse("a@mef.example").issuedBy("MEF.example")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "@b", "a@", "a b@c", "a/b@c", "a@b@c", "a@-b"})
    void otherFormsOfKeyIdentifiersAreRefused(String text) {
        assertThatThrownBy(() -> KeyIdentifier.parse(text))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4000));
    }

    @Test
    void credentialIdsHaveATypeOfTheList() {
        assertThat(CredentialId.parse("13-AB@mef.example")).hasToString("13-AB@mef.example");
        for (String wrong : new String[] {"17-x", "1-x", "x", "10x", "10-", "10-a/b"}) {
            assertThatThrownBy(() -> CredentialId.parse(wrong)).as(wrong).isInstanceOf(Refusal.class);
        }
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }
}
