package org.sealpost.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sealpost.group.block.BlockGate;
import org.sealpost.group.block.BlockSlice;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.RatchetNotice;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;

/** The types of the files on trees of labels and epoch blocks. */
final class EpochKinds {
    private EpochKinds() {}

    static void addTo(Map<String, Kind> kinds) {
        kinds.put("TreeLabels", EpochKinds::labels);
        kinds.put("TreeCover", EpochKinds::cover);
        kinds.put("SubsetKey", EpochKinds::subsetKey);
        kinds.put("EpochBlockIssue", EpochKinds::issue);
        kinds.put("EpochBlockOpen", EpochKinds::open);
        kinds.put("EpochSliceCut", EpochKinds::cut);
        kinds.put("EpochSliceOpen", EpochKinds::openSlice);
        kinds.put("EpochRatchet", EpochKinds::ratchet);
        kinds.put("EpochNoticeIssue", EpochKinds::notice);
        kinds.put("EpochNoticeAdvance", EpochKinds::advance);
    }

    static TreeSecret tree(JsonNode of) {
        return new TreeSecret(
                scheme(of), height(of), Json.text(of, "group"), number(of, "generation"), Json.hex(of, "treeSecret"));
    }

    static TreeScheme scheme(JsonNode of) {
        for (TreeScheme scheme : TreeScheme.values()) {
            if (scheme.policyName().equals(Json.text(of, "scheme"))) {
                return scheme;
            }
        }
        throw new BadVector("there is no scheme " + Json.text(of, "scheme"));
    }

    static String text(List<Subset> subsets) {
        return subsets.stream().map(s -> s.from() + "/" + s.except()).collect(Collectors.joining(" "));
    }

    private static Map<String, String> labels(JsonNode group, JsonNode test) {
        return Map.of(
                "labels", Json.hex(tree(group).labels(number(test, "leaf")).octets()));
    }

    private static Map<String, String> cover(JsonNode group, JsonNode test) {
        return Map.of("subsets", text(subsets(group, test)));
    }

    private static Map<String, String> subsetKey(JsonNode group, JsonNode test) {
        String[] parts = Json.text(test, "subset").split("/", -1);
        Subset subset = new Subset(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        try {
            String byMember = Json.hex(member(group, test).key(subset));
            if (!byMember.equals(Json.hex(tree(group).key(subset)))) {
                throw new BadVector("member and authority have different keys of one subset");
            }
            return Map.of("key", byMember, "encoded", Json.hex(subset.encode(height(group))));
        } catch (IllegalArgumentException e) {
            throw new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "the leaf is not in that subset");
        }
    }

    private static Map<String, String> issue(JsonNode group, JsonNode test) {
        EpochBlock block = EpochBlock.issue(
                new EpochBlock.Draft(
                        Json.text(group, "group"),
                        number(group, "generation"),
                        number(test, "epoch"),
                        number(test, "notAfter"),
                        Json.hex(test, "previous"),
                        number(test, "commanderVersion"),
                        Json.hex(test, "commanders")),
                scheme(group),
                height(group),
                tree(group),
                subsets(group, test),
                Json.hex(test, "seed"),
                Json.hex(group, "signingKey"));
        return Map.of("block", Json.hex(block.encode()), "hash", Json.hex(block.hash()));
    }

    private static Map<String, String> open(JsonNode group, JsonNode test) {
        return opened(gate(group, test).open(EpochBlock.decode(Json.hex(test, "block")), member(group, test)));
    }

    private static Map<String, String> cut(JsonNode group, JsonNode test) {
        return Map.of(
                "slice",
                Json.hex(EpochBlock.decode(Json.hex(test, "block"))
                        .slice(Math.toIntExact(number(test, "index")))
                        .encode()));
    }

    private static Map<String, String> openSlice(JsonNode group, JsonNode test) {
        return opened(gate(group, test).open(BlockSlice.decode(Json.hex(test, "slice")), member(group, test)));
    }

    private static Map<String, String> ratchet(JsonNode group, JsonNode test) {
        return Map.of(
                "next",
                Json.hex(RatchetNotice.ratchet(
                        Json.text(test, "group"), Json.hex(test, "secret"), number(test, "from"), number(test, "to"))));
    }

    private static Map<String, String> notice(JsonNode group, JsonNode test) {
        return Map.of(
                "notice",
                Json.hex(RatchetNotice.issue(
                                EpochBlock.decode(Json.hex(test, "block")),
                                number(test, "epoch"),
                                number(test, "notAfter"),
                                Json.hex(test, "secret"),
                                Json.hex(group, "signingKey"))
                        .encode()));
    }

    private static Map<String, String> advance(JsonNode group, JsonNode test) {
        RatchetNotice notice = RatchetNotice.decode(Json.hex(test, "notice"));
        return Map.of(
                "next",
                Json.hex(notice.advance(
                        Json.text(group, "group"),
                        Json.hex(test, "newest"),
                        number(test, "held"),
                        Json.hex(test, "secret"),
                        Json.hex(group, "publicKey"),
                        number(test, "now"))),
                "epoch",
                String.valueOf(notice.epoch()));
    }

    private static Map<String, String> opened(BlockGate.Opened opened) {
        return Map.of(
                "epoch", String.valueOf(opened.epoch()),
                "secret", Json.hex(opened.secret()),
                "hash", Json.hex(opened.hash()));
    }

    private static BlockGate gate(JsonNode group, JsonNode test) {
        byte[] hash = Json.hex(test, "held");
        return new BlockGate(
                Json.text(group, "group"),
                number(group, "generation"),
                Json.hex(group, "publicKey"),
                number(test, "highest"),
                hash.length == 0 ? Optional.empty() : Optional.of(hash),
                number(test, "now"));
    }

    private static MemberLabels member(JsonNode group, JsonNode test) {
        return tree(group).labels(number(test, "leaf"));
    }

    private static List<Subset> subsets(JsonNode group, JsonNode test) {
        List<Long> revoked = new ArrayList<>();
        Json.texts(test, "revoked").forEach(r -> revoked.add(Long.parseLong(r)));
        return scheme(group).cover(height(group), number(test, "assigned"), revoked);
    }

    private static int height(JsonNode of) {
        return Math.toIntExact(number(of, "height"));
    }

    private static long number(JsonNode of, String name) {
        try {
            return Long.parseLong(Json.text(of, name));
        } catch (NumberFormatException e) {
            throw new BadVector("\"" + name + "\" is no number");
        }
    }
}
