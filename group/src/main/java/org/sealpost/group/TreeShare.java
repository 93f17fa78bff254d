package org.sealpost.group;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.group.tree.LabelBox;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a member needs to open later epochs from blocks by itself: part of its credential ({@code docs/protocol.md} section 3b).
 *
 * @param certificate of the key that signs blocks (see {@link BlockCertificate}), compact JWS
 * @param blockEpoch epoch of the newest block when this was written
 * @param block that block's hash, 16 octets
 * @param commanders version of the commander list in that block
 * @param overlap seconds during which the previous epoch still opens commands when nobody was excluded
 * @param grants labels of the generation that blocks are made for, first, and of the one that comes after it, when there is one
 */
public record TreeShare(String certificate, long blockEpoch, byte[] block, long commanders, long overlap, List<Grant> grants) {
    private static final Set<String> NAMES = Set.of("pct", "bep", "blk", "cmv", "ovl", "gra");
    private static final Set<String> GRANT_NAMES = Set.of("sch", "hgt", "gen", "tk", "box");
    private static final int HASH = 16;
    private static final int MAX_HEIGHT = 24;
    private static final long MAX_OVERLAP = 10 * 366 * 86_400L;

    public TreeShare {
        grants = List.copyOf(grants);
        boolean inRange = blockEpoch >= 1 && block.length == HASH && commanders >= 0 && overlap >= 0 && overlap <= MAX_OVERLAP;
        if (!inRange || grants.isEmpty() || grants.size() > 2) {
            throw malformed();
        }
    }

    /**
     * Labels of one generation, sealed for one member.
     *
     * @param transport a key for this box alone, wrapped with the member's wrapping key, 40 octets
     * @param box see {@link LabelBox}
     */
    public record Grant(TreeScheme scheme, int height, long generation, byte[] transport, byte[] box) {
        public Grant {
            if (height < 1
                    || height > MAX_HEIGHT
                    || generation < 1
                    || transport.length != KeyWrap.WRAPPED_LENGTH
                    || box.length != LabelBox.length(scheme, height)) {
                throw malformed();
            }
        }

        private JsonNode toTree() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("sch", scheme.policyName())
                    .put("hgt", height)
                    .put("gen", generation)
                    .put("tk", Base64Url.encode(transport))
                    .put("box", Base64Url.encode(box));
        }

        private static Grant of(JsonNode tree) {
            Members m = Members.of(tree, "labels", GRANT_NAMES);
            TreeScheme scheme = RekeyScheme.named(m.text("sch")).tree().orElseThrow(TreeShare::malformed);
            long height = m.integer("hgt");
            if (height < 1 || height > MAX_HEIGHT) {
                throw malformed();
            }
            return new Grant(
                    scheme,
                    (int) height,
                    m.integer("gen"),
                    Base64Url.decode(m.text("tk")),
                    Base64Url.decode(m.text("box")));
        }
    }

    JsonNode toTree() {
        var o = JsonNodeFactory.instance.objectNode();
        o.put("pct", certificate)
                .put("bep", blockEpoch)
                .put("blk", Base64Url.encode(block))
                .put("cmv", commanders)
                .put("ovl", overlap);
        grants.forEach(g -> o.withArray("gra").add(g.toTree()));
        return o;
    }

    static TreeShare of(JsonNode tree) {
        Members m = Members.of(tree, "a share of a tree", NAMES);
        List<Grant> grants = new ArrayList<>();
        m.require("gra").forEach(g -> grants.add(Grant.of(g)));
        return new TreeShare(
                m.text("pct"),
                m.integer("bep"),
                Base64Url.decode(m.text("blk")),
                m.integer("cmv"),
                m.integer("ovl"),
                grants);
    }

    private static Refusal malformed() {
        return new Refusal(ResponseStatus.BAD_REQUEST, "a share of a tree has a part out of range");
    }
}
