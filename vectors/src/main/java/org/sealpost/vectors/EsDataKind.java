package org.sealpost.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.data.DataKey;
import org.sealpost.e2e.data.EsData;
import org.sealpost.e2e.data.KeyRing;
import org.sealpost.e2e.data.Opened;
import org.sealpost.e2e.data.SecurityClass;
import tools.jackson.databind.JsonNode;

/** The type of the ESData file: an envelope opened by a reader who holds the keys of the group. */
final class EsDataKind {
    private EsDataKind() {}

    static void addTo(Map<String, Kind> kinds) {
        kinds.put("EsDataOpen", EsDataKind::open);
    }

    private static Map<String, String> open(JsonNode group, JsonNode test) {
        Opened opened = EsData.open(
                SecurityClass.valueOf(Json.text(test, "expects")),
                Json.text(test, "contentInfo"),
                Json.text(test, "content"),
                ring(group));
        return Map.of("payload", Json.hex(opened.payload()), "mediaType", opened.mediaType());
    }

    private static KeyRing ring(JsonNode group) {
        List<DataKey> keys = new ArrayList<>();
        for (JsonNode key : group.get("keys")) {
            String id = Json.text(key, "kid");
            String use = Json.text(key, "use");
            keys.add(
                    switch (use) {
                        case "direct" -> new DataKey.Direct(id, Json.hex(key, "key"));
                        case "wrapping" -> new DataKey.Wrapping(id, Json.hex(key, "key"));
                        case "mac" -> new DataKey.Mac(id, Json.hex(key, "key"));
                        case "recipient" -> new DataKey.OwnRecipient(id, Jwk.privateKey(Json.hex(key, "scalar")));
                        case "verifier" -> new DataKey.Verifier(id, Jwk.parse(Json.text(key, "jwk")));
                        default -> throw new BadVector("there is no use " + use);
                    });
        }
        return KeyRing.of(keys.toArray(new DataKey[0]));
    }
}
