package org.sealpost.vectors;

import java.util.Random;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.e2e.provisioning.ProvisioningKeys;
import org.sealpost.e2e.tls.CertificateName;

/** Keys of remote provisioning and of certificate-based key establishment, from what a handshake or an enrolment gave. */
final class DerivationVectors {
    private static final long SEED = 0x5ea1_0006L;
    private static final String EXAMPLE = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

    private final Random random = new Random(SEED);
    private final Sheet sheet;

    private DerivationVectors(String algorithm, String header) {
        sheet = new Sheet(algorithm, "docs/vectors.md", header)
                .note("Example", "The worked example: octets in a row.")
                .note("Random", "Pseudorandom inputs.")
                .note("Separation", "Another usage or another target gives another key.")
                .note("Normalised", "Identifiers are normalised (NFKC) before they are an input.")
                .note("Case", "Key identifiers that differ in case are the same.")
                .note("Malformed", "Not of the form.");
    }

    /** Derivations of TS-0003 10.3.2, 10.3.3, 10.3.6 and 10.3.7, and key identifiers of 10.3.4 and 10.3.5. */
    static byte[] provisioning() {
        DerivationVectors made = new DerivationVectors(
                "Provisioning",
                "Keys derived from an enrolment key Ke or a connection key Kpsa (TS-0003 10.3), and key identifiers.");
        made.masters();
        made.connections();
        made.usages();
        made.endToEnd();
        made.identifiers();
        return made.sheet.print();
    }

    /** The exported octets of a handshake in their two parts (TS-0003 10.3.1), for ESCertKE, MEF and MAF alike. */
    static byte[] escertke() {
        DerivationVectors made = new DerivationVectors(
                "ESCertKE",
                "The 48 octets that a TLS handshake exports, as a key and its identifier (TS-0003 10.3.1, 8.7.2).");
        Sheet.Group g = made.sheet.group("ExporterSplit");
        made.split(g, "Example", "an AE terminates", sequence(), "//sealpost.example/gw-north/Cdoor-1");
        made.split(g, "Example", "a CSE terminates", sequence(), "//sealpost.example/in-cse");
        made.split(g, "Example", "a function's domain name stands as it is", sequence(), "mef.sealpost.example");
        for (int i = 1; i <= 6; i++) {
            made.split(
                    g,
                    "Random",
                    "pseudorandom " + i,
                    Forge.octets(made.random, 48),
                    "//sealpost.example/gw-" + i + "/Cnode-" + i);
        }
        for (String wrong : new String[] {
            "/gw-north/Cdoor-1", "//sealpost.example/", "//Sealpost.example/in-cse", "sealpost_example", ""
        }) {
            g.invalid(4000, "Malformed", "owner \"" + wrong + "\"")
                    .put("exported", sequence())
                    .put("owner", wrong);
        }
        return made.sheet.print();
    }

    private void masters() {
        Sheet.Group g = sheet.group("ProvisioningMaster");
        master(g, "Example", "Km of a MAF", example(), "maf.example.org");
        master(g, "Separation", "another MAF", example(), "maf2.example.org");
        master(g, "Normalised", "a full-width letter", example(), "\uff4daf.example.org");
        for (int i = 1; i <= 4; i++) {
            master(g, "Random", "pseudorandom " + i, Forge.octets(random, 32), "maf" + i + ".sp.example");
        }
    }

    private void connections() {
        Sheet.Group g = sheet.group("ProvisioningConnection");
        connection(g, "Example", "Kpsa with a CSE", example(), "/in-cse");
        connection(g, "Separation", "the same in absolute form is another", example(), "//sp.example/in-cse");
        for (int i = 1; i <= 4; i++) {
            connection(g, "Random", "pseudorandom " + i, Forge.octets(random, 32), "//sp.example/gw-" + i + "/Cnode");
        }
    }

    private void usages() {
        Sheet.Group g = sheet.group("ProvisioningUsage");
        usage(g, "Example", "ESPrim with a server, by its domain name", example(), 23, "in-cse.server.example.org");
        usage(g, "Separation", "the same by its absolute identity", example(), 23, "//server.example.org/in-cse");
        usage(g, "Separation", "ESData", example(), 24, "in-cse.server.example.org");
        usage(g, "Separation", "another target", example(), 23, "in-cse2.server.example.org");
        usage(g, "Separation", "usage 21 is Km", example(), 21, "maf.example.org");
        for (int suid : new int[] {22, 23, 24, 25}) {
            usage(
                    g,
                    "Random",
                    "pseudorandom, usage " + suid,
                    Forge.octets(random, 32),
                    suid,
                    "//sp.example/gw/Cnode-" + suid);
        }
    }

    private void endToEnd() {
        Sheet.Group g = sheet.group("ProvisioningEndToEnd");
        endToEnd(g, "Example", "no salt counts as 32 zero octets", example(), new byte[0]);
        endToEnd(g, "Example", "32 zero octets", example(), new byte[32]);
        for (int i = 1; i <= 4; i++) {
            endToEnd(g, "Random", "pseudorandom " + i, Forge.octets(random, 32), Forge.octets(random, 8 * i));
        }
    }

    private void identifiers() {
        Sheet.Group g = sheet.group("KeyIdentifier");
        for (String text :
                new String[] {"ab01@mef.sp.example", "AB01@MEF.sp.example", "a.b_c-d@x", "km1@maf.sp.example"}) {
            KeyIdentifier id = KeyIdentifier.parse(text);
            g.valid("Case", text)
                    .put("text", text)
                    .put("relative", id.relative())
                    .put("fqdn", id.fqdn())
                    .put("canonical", id.canonical());
        }
        for (String wrong : new String[] {
            "",
            "@",
            "a@",
            "@x",
            "a",
            "a@x@y",
            "a b@x",
            "a@-x",
            "a@x-",
            "a@x y",
            "\u00e9@x",
            "a/b@x",
            "a".repeat(129) + "@x"
        }) {
            g.invalid(4000, "Malformed", wrong.length() > 20 ? "129 characters" : "\"" + wrong + "\"")
                    .put("text", wrong);
        }
    }

    private static void master(Sheet.Group g, String flag, String comment, byte[] key, String target) {
        g.valid(flag, comment)
                .put("enrolmentKey", key)
                .put("target", target)
                .put("key", ProvisioningKeys.master(key, target));
    }

    private static void connection(Sheet.Group g, String flag, String comment, byte[] key, String target) {
        g.valid(flag, comment)
                .put("enrolmentKey", key)
                .put("target", target)
                .put("key", ProvisioningKeys.connection(key, target));
    }

    private static void usage(Sheet.Group g, String flag, String comment, byte[] key, int suid, String target) {
        byte[] derived = ProvisioningKeys.forUsage(key, suid, target);
        g.valid(flag, comment)
                .put("enrolmentKey", key)
                .put("suid", String.valueOf(suid))
                .put("target", target)
                .put("key", derived)
                .put("wrappingKey", ProvisioningKeys.wrapping(derived));
    }

    private static void endToEnd(Sheet.Group g, String flag, String comment, byte[] key, byte[] salt) {
        ProvisioningKeys.EndToEnd keys = ProvisioningKeys.endToEnd(key, salt);
        g.valid(flag, comment)
                .put("connectionKey", key)
                .put("salt", salt)
                .put("messageAuthentication", keys.messageAuthentication())
                .put("messageConfidentiality", keys.messageConfidentiality())
                .put("attributeAuthenticity", keys.attributeAuthenticity())
                .put("attributeConfidentiality", keys.attributeConfidentiality());
    }

    private void split(Sheet.Group g, String flag, String comment, byte[] exported, String owner) {
        ProvisioningKeys.Exported parts = ProvisioningKeys.split(exported);
        String fqdn = owner.contains("/") ? CertificateName.fqdn(owner) : owner;
        g.valid(flag, comment)
                .put("exported", exported)
                .put("owner", owner)
                .put("key", parts.key())
                .put("keyId", KeyIdentifier.of(parts.id(), fqdn).text());
    }

    private static byte[] example() {
        return java.util.HexFormat.of().parseHex(EXAMPLE);
    }

    private static byte[] sequence() {
        byte[] octets = new byte[ProvisioningKeys.EXPORT_LENGTH];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (0xa0 + i);
        }
        return octets;
    }
}
