package org.sealpost.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.onem2m.Refusal;

class KnownCertificatesTest {
    private final KeyPair root = Jwk.generate(new SecureRandom());
    private final KeyPair key = Jwk.generate(new SecureRandom());
    private final KnownCertificates known = new KnownCertificates();
    private final String certificate = certificate(root);

    @Test
    void whatWasVerifiedIsKnown() {
        PurposeCertificate first = known.verify(certificate, Purpose.COMMAND, root.getPublic(), 150);
        assertThat(known.verify(certificate, Purpose.COMMAND, root.getPublic(), 160))
                .isSameAs(first);
    }

    @Test
    void itsTimeAndPurposeAreLookedAtEachTime() {
        known.verify(certificate, Purpose.COMMAND, root.getPublic(), 150);
        refused(certificate, Purpose.COMMAND, root, 99);
        refused(certificate, Purpose.COMMAND, root, 201);
        refused(certificate, Purpose.CREDENTIAL, root, 150);
    }

    @Test
    void anotherRootOrAnotherTextIsNot() {
        known.verify(certificate, Purpose.COMMAND, root.getPublic(), 150);
        KeyPair other = Jwk.generate(new SecureRandom());
        refused(certificate, Purpose.COMMAND, other, 150);
        refused(certificate(other), Purpose.COMMAND, root, 150);
        int middle = certificate.indexOf('.') + 10;
        refused(
                certificate.substring(0, middle)
                        + (certificate.charAt(middle) == 'A' ? 'B' : 'A')
                        + certificate.substring(middle + 1),
                Purpose.COMMAND,
                root,
                150);
    }

    @Test
    void aCertificateForBlocksIsKnownToo() {
        String text = new BlockCertificate(new byte[BlockCertificate.KEY_LENGTH], 100, 200)
                .sign(Es256Signer.of(root.getPrivate()), "root");
        BlockCertificate first = known.verifyForBlocks(text, root.getPublic(), 150);
        assertThat(known.verifyForBlocks(text, root.getPublic(), 200)).isSameAs(first);
        assertThatThrownBy(() -> known.verifyForBlocks(text, root.getPublic(), 201))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> known.verify(text, Purpose.COMMAND, root.getPublic(), 150))
                .isInstanceOf(Refusal.class);
    }

    private void refused(String compact, Purpose purpose, KeyPair by, long now) {
        assertThatThrownBy(() -> known.verify(compact, purpose, by.getPublic(), now))
                .isInstanceOf(Refusal.class);
    }

    private String certificate(KeyPair by) {
        return new PurposeCertificate(Purpose.COMMAND, (ECPublicKey) key.getPublic(), 100, 200)
                .sign(Es256Signer.of(by.getPrivate()), "root");
    }
}
