package org.sealpost.vectors;

import java.util.Map;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.e2e.provisioning.ProvisioningKeys;
import org.sealpost.e2e.tls.CertificateName;
import tools.jackson.databind.JsonNode;

/** The types of the files on remote provisioning and certificate-based key establishment. */
final class DerivationKinds {
    private DerivationKinds() {}

    static void addTo(Map<String, Kind> kinds) {
        kinds.put("ProvisioningMaster", (g, t) -> key(ProvisioningKeys.master(enrolment(t), Json.text(t, "target"))));
        kinds.put(
                "ProvisioningConnection",
                (g, t) -> key(ProvisioningKeys.connection(enrolment(t), Json.text(t, "target"))));
        kinds.put("ProvisioningUsage", DerivationKinds::usage);
        kinds.put("ProvisioningEndToEnd", DerivationKinds::endToEnd);
        kinds.put("KeyIdentifier", DerivationKinds::identifier);
        kinds.put("ExporterSplit", DerivationKinds::split);
    }

    private static Map<String, String> usage(JsonNode group, JsonNode test) {
        int usage = Integer.parseInt(Json.text(test, "suid"));
        byte[] key = ProvisioningKeys.forUsage(enrolment(test), usage, Json.text(test, "target"));
        return Map.of("key", Json.hex(key), "wrappingKey", Json.hex(ProvisioningKeys.wrapping(key)));
    }

    private static Map<String, String> endToEnd(JsonNode group, JsonNode test) {
        ProvisioningKeys.EndToEnd keys =
                ProvisioningKeys.endToEnd(Json.hex(test, "connectionKey"), Json.hex(test, "salt"));
        return Map.of(
                "messageAuthentication", Json.hex(keys.messageAuthentication()),
                "messageConfidentiality", Json.hex(keys.messageConfidentiality()),
                "attributeAuthenticity", Json.hex(keys.attributeAuthenticity()),
                "attributeConfidentiality", Json.hex(keys.attributeConfidentiality()));
    }

    private static Map<String, String> identifier(JsonNode group, JsonNode test) {
        KeyIdentifier id = KeyIdentifier.parse(Json.text(test, "text"));
        return Map.of("relative", id.relative(), "fqdn", id.fqdn(), "canonical", id.canonical());
    }

    private static Map<String, String> split(JsonNode group, JsonNode test) {
        ProvisioningKeys.Exported parts = ProvisioningKeys.split(Json.hex(test, "exported"));
        String owner = Json.text(test, "owner");
        String fqdn = owner.contains("/") ? CertificateName.fqdn(owner) : owner;
        return Map.of(
                "key", Json.hex(parts.key()),
                "keyId", KeyIdentifier.of(parts.id(), fqdn).text());
    }

    private static byte[] enrolment(JsonNode test) {
        return Json.hex(test, "enrolmentKey");
    }

    private static Map<String, String> key(byte[] key) {
        return Map.of("key", Json.hex(key));
    }
}
