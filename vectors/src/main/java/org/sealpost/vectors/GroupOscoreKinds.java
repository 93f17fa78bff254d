package org.sealpost.vectors;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.Exchange;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.Mode;
import org.sealpost.oscore.OscoreFailure;
import org.sealpost.oscore.PairwiseKeys;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.ReceivedRequest;
import tools.jackson.databind.JsonNode;

/** The types of the files on Group OSCORE. */
final class GroupOscoreKinds {
    private GroupOscoreKinds() {}

    static void addTo(Map<String, Kind> kinds) {
        kinds.put("GroupOscoreEpoch", (g, t) -> epoch(t));
        kinds.put("GroupOscoreContext", (g, t) -> context(t));
        kinds.put("GroupOscoreCredential", (g, t) -> credential(t));
        kinds.put("GroupOscoreCredentialParse", (g, t) -> parsed(t));
        kinds.put("GroupOscorePairwiseKeys", GroupOscoreKinds::pairwise);
        kinds.put("GroupOscoreProtectRequest", GroupOscoreKinds::protectRequest);
        kinds.put("GroupOscoreOpenRequest", GroupOscoreKinds::openRequest);
        kinds.put("GroupOscoreProtectResponse", GroupOscoreKinds::protectResponse);
        kinds.put("GroupOscoreOpenResponse", GroupOscoreKinds::openResponse);
    }

    private static Map<String, String> epoch(JsonNode test) {
        String group = Json.text(test, "group");
        long number = Long.parseLong(Json.text(test, "epoch"));
        EpochKeys keys = EpochKeys.derive(Json.hex(test, "epochSecret"), group, number);
        OscoreMaterial material = OscoreMaterial.of(keys, group, number, OscoreCast.algorithms(test));
        return Map.of(
                "gid", Json.hex(material.gid()),
                "masterSecret", Json.hex(material.masterSecret()),
                "masterSalt", Json.hex(material.masterSalt()),
                "senderId", Json.hex(OscoreMaterial.senderId(Long.parseLong(Json.text(test, "leaf")))));
    }

    private static Map<String, String> context(JsonNode test) {
        GroupContext context = new GroupContext(
                OscoreCast.algorithms(test),
                Json.hex(test, "gid"),
                Json.hex(test, "masterSecret"),
                Json.hex(test, "masterSalt"),
                new byte[0]);
        Map<String, String> outputs = new TreeMap<>();
        outputs.put("commonIv", Json.hex(context.commonIv()));
        outputs.put("senderKey", Json.hex(context.senderKey(Json.hex(test, "senderId"))));
        if (context.algorithms().group().isPresent()) {
            outputs.put("signatureEncryptionKey", Json.hex(context.signatureEncryptionKey()));
        }
        return outputs;
    }

    private static Map<String, String> credential(JsonNode test) {
        return Map.of(
                "credential",
                Json.hex(Credential.of(Json.text(test, "identity"), Jwk.parse(Json.text(test, "key")))
                        .octets()));
    }

    private static Map<String, String> parsed(JsonNode test) {
        return Map.of(
                "algorithm",
                "" + Credential.parse(Json.hex(test, "credential")).algorithm().id());
    }

    private static Map<String, String> pairwise(JsonNode group, JsonNode test) {
        PairwiseKeys keys =
                OscoreCast.of(group).member(Json.text(test, "own"), 0).pairwiseKeys(Json.hex(test, "peer"));
        return Map.of("to", Json.hex(keys.to()), "from", Json.hex(keys.from()));
    }

    private static Map<String, String> protectRequest(JsonNode group, JsonNode test) {
        return message(sent(OscoreCast.of(group).member(Json.text(test, "sender"), 0), test, "sequence")
                .message());
    }

    private static Map<String, String> openRequest(JsonNode group, JsonNode test) {
        GroupMember receiver = OscoreCast.of(group).member(Json.text(test, "receiver"), 0);
        for (String earlier : Json.texts(test, "before")) {
            accepted(() -> receiver.openRequest(message(earlier)));
        }
        for (String earlier : Json.texts(test, "refusedBefore")) {
            refused(() -> receiver.openRequest(message(earlier)));
        }
        ReceivedRequest opened = receiver.openRequest(message(test));
        return Map.of(
                "message", Json.hex(opened.message().plaintext()),
                "sender", Json.hex(opened.sender()),
                "mode", name(opened.mode()));
    }

    private static Map<String, String> protectResponse(JsonNode group, JsonNode test) {
        OscoreCast cast = OscoreCast.of(group);
        String server = Json.text(test, "server");
        ReceivedRequest request = cast.member(server, 0).openRequest(message(Json.text(test, "request")));
        GroupMember answering = cast.member(server, Integer.parseInt(Json.text(test, "context")));
        String sequence = Json.text(test, "sequence");
        return message(answering.protectResponse(
                request,
                mode(test),
                OscoreCast.message(test),
                sequence.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(sequence))));
    }

    private static Map<String, String> openResponse(JsonNode group, JsonNode test) {
        OscoreCast cast = OscoreCast.of(group);
        String client = Json.text(test, "client");
        Exchange exchange =
                sent(cast.member(client, 0), test, "requestSequence").exchange();
        GroupMember now = cast.member(client, Integer.parseInt(Json.text(test, "context")));
        GroupMember before = cast.member(client, 0);
        for (String earlier : Json.texts(test, "before")) {
            accepted(() -> before.openResponse(exchange, message(earlier)));
        }
        GroupMember.OpenedResponse opened = now.openResponse(exchange, message(test));
        return Map.of(
                "message", Json.hex(opened.message().plaintext()),
                "server", Json.hex(opened.server()));
    }

    /** A request as the test describes it; for one member where it names a server. */
    private static GroupMember.ProtectedRequest sent(GroupMember sender, JsonNode test, String sequence) {
        CoapMessage message = test.has("requestMessage")
                ? CoapMessage.of(Json.hex(test, "requestMessage"))
                : OscoreCast.message(test);
        long number = Long.parseLong(Json.text(test, sequence));
        return Optional.of(Json.text(test, "to"))
                .filter(to -> !to.isEmpty())
                .map(to -> sender.protectRequest(message, OscoreCast.octets(to), number))
                .orElseGet(() -> sender.protectRequest(message, number));
    }

    static Map<String, String> message(ProtectedMessage message) {
        return Map.of("option", Json.hex(message.option()), "payload", Json.hex(message.payload()));
    }

    private static ProtectedMessage message(JsonNode of) {
        return new ProtectedMessage(Json.hex(of, "option"), Json.hex(of, "payload"));
    }

    /** option.payload, as messages that came before stand in a list. */
    private static ProtectedMessage message(String text) {
        List<String> parts = Arrays.asList(text.split("\\.", -1));
        if (parts.size() != 2) {
            throw new BadVector("a message is option.payload");
        }
        return new ProtectedMessage(OscoreCast.octets(parts.get(0)), OscoreCast.octets(parts.get(1)));
    }

    private static Mode mode(JsonNode test) {
        return Json.text(test, "mode").equals("group") ? Mode.GROUP : Mode.PAIRWISE;
    }

    static String name(Mode mode) {
        return mode == Mode.GROUP ? "group" : "pairwise";
    }

    private static void accepted(Runnable earlier) {
        try {
            earlier.run();
        } catch (OscoreFailure failure) {
            throw new BadVector("a message before it is refused: " + failure.getMessage());
        }
    }

    private static void refused(Runnable earlier) {
        try {
            earlier.run();
        } catch (OscoreFailure asItHasToBe) {
            return;
        }
        throw new BadVector("a message before it is accepted, and has to be refused");
    }
}
