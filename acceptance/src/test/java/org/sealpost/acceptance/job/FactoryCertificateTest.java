package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.tls.CertificateAuthority;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.Certificates;

/** A device leaves the factory with its manufacturer's certificate: what the operators of factory and MEF type. */
@Tag("long")
class FactoryCertificateTest {
    private static final String TYPE = "1.3.6.1.4.1.32473.1";
    private static final String CREDENTIAL = "31-" + TYPE + "-646F6F722D31";
    private static final long YEAR = 365L * 86_400;

    private final SecureRandom random = new SecureRandom();
    private final KeyPair factoryKey = Jwk.generate(random);
    private final long now = System.currentTimeMillis() / 1000;
    private final X509Certificate factory = CertificateAuthority.authority(
            "factory.example",
            Es256Signer.of(factoryKey.getPrivate()),
            (ECPublicKey) factoryKey.getPublic(),
            now,
            now + YEAR,
            random);

    @TempDir
    Path folder;

    @Test
    void theMefExpectsTheHardwareThatTheManufacturerCertified() throws Exception {
        Path anchor = Files.writeString(folder.resolve("ca.pem"), Certificates.pem(List.of(factory)));
        Path request = folder.resolve("door-1.csr");
        Path certificate = folder.resolve("door-1.pem");
        try (Program mef =
                new Program("server", "org.sealpost.server.FunctionMain", folder.resolve("mef"), List.of("mef"))) {
            mef.address("admin");
            assertThat(manufacture("--hardware-type", TYPE, "--certificate-request", request.toString()))
                    .contains(CREDENTIAL);
            Files.writeString(certificate, Certificates.pem(List.of(issued(request))));
            assertThat(run(
                            "cli",
                            "org.sealpost.cli.OperatorMain",
                            List.of(
                                    "manufacturers",
                                    anchor.toString(),
                                    "--state",
                                    mef.state().toString())))
                    .contains("of 1 authorities");
            assertThat(manufacture("--mef", mef.state().toString(), "--certificate", certificate.toString()))
                    .contains("has " + CREDENTIAL)
                    .contains("at " + mef.address("tls").replaceFirst("/$", ""));
            assertThat(run(
                            "cli",
                            "org.sealpost.cli.OperatorMain",
                            List.of(
                                    "assign",
                                    CREDENTIAL,
                                    "//sealpost.example/gw-north/Cdoor-1",
                                    "--state",
                                    mef.state().toString())))
                    .contains("23=//sealpost.example/in-cse");
            var clients = Site.send(mef.address("admin"), mef, "admin.token", "/mef/clients", "");
            assertThat(clients).singleElement().satisfies(c -> {
                assertThat(c.path("credentialId").asString()).isEqualTo(CREDENTIAL);
                assertThat(c.path("state").asString()).isEqualTo("assigned");
            });
        }
    }

    private String manufacture(String... options) throws Exception {
        List<String> all = new java.util.ArrayList<>(
                List.of("--name", "door-1", "--state", folder.resolve("state").toString()));
        all.addAll(List.of(options));
        return run("device", "org.sealpost.device.ManufactureMain", all);
    }

    /** What a program said that ends by itself. */
    private String run(String room, String main, List<String> arguments) throws Exception {
        Path scratch = Files.createTempDirectory(folder, "once");
        Process process = Program.once(room, main, scratch, arguments);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(scratch.resolve("log"), StandardCharsets.UTF_8);
    }

    /** What the manufacturer's authority does, with any tool. */
    private X509Certificate issued(Path request) throws Exception {
        String pem =
                Files.readString(request).replaceAll("-----[A-Z ]+-----", "").trim();
        var parsed = new PKCS10CertificationRequest(Base64.getMimeDecoder().decode(pem));
        ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC")
                .generatePublic(
                        new X509EncodedKeySpec(parsed.getSubjectPublicKeyInfo().getEncoded()));
        return CertificateAuthority.issue(
                factory,
                Es256Signer.of(factoryKey.getPrivate()),
                CertificateName.ofHardware(TYPE, "door-1".getBytes(StandardCharsets.UTF_8)),
                key,
                now,
                now + YEAR,
                random);
    }
}
