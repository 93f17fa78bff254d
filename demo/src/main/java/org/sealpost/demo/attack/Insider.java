package org.sealpost.demo.attack;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.demo.leak.EpochSecrets;
import org.sealpost.demo.leak.Secret;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.group.Command;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.RekeyScheme;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.RatchetNotice;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.Subset;

/**
 * A captured end point whose enclave was broken open: has everything it held. (The demo gets it from the witness; a real attacker would
 * need more than the device's file system.)
 */
public final class Insider {
    /** How the witness names labels. */
    private static final Pattern LABELS = Pattern.compile("(\\S+) generation \\d+ (\\S+) height (\\d+) leaf (\\d+)");

    private final List<Secret> loot;
    private final String identity;
    private final Optional<ECPrivateKey> signatureKey;
    private final ECPrivateKey foreign =
            (ECPrivateKey) Jwk.generate(new SecureRandom()).getPrivate();
    private long counter = 1L << 40;

    /**
     * @param loot what the witness in its enclave saw
     * @param identity absolute identity of the captured end point
     */
    public Insider(List<Secret> loot, String identity) {
        this.loot = loot;
        this.identity = identity;
        this.signatureKey = loot.stream()
                .filter(s -> s.kind().equals("signature-key") && s.owner().equals(identity))
                .findFirst()
                .map(s -> Jwk.privateKey(s.octets()));
    }

    /** What it signs with: its own key, unless that never left its token. */
    public String signsWith() {
        return signatureKey.isPresent() ? "its own key" : "a key of the thief's making, its own being in its token";
    }

    public String identity() {
        return identity;
    }

    /** True when it holds the group's credential of that epoch. */
    public boolean holds(String group, long epoch) {
        return EpochSecrets.keys(loot, group, epoch).isPresent();
    }

    /** Whether any key it ever held opens this envelope. */
    public boolean opens(GroupEnvelope.Use use, String envelope, String group, long upToEpoch) {
        GroupEnvelope parsed = GroupEnvelope.parse(use, envelope);
        for (long epoch = 1; epoch <= upToEpoch; epoch++) {
            var keys = EpochSecrets.keys(loot, group, epoch);
            if (keys.isPresent()) {
                try {
                    parsed.open(keys.get());
                    return true;
                } catch (org.sealpost.onem2m.Refusal e) {
                    // not with this one
                }
            }
        }
        return false;
    }

    /**
     * Whether anything it ever held opens a block: its labels of whatever generation, or an epoch that it held, carried forward.
     *
     * @param keyCheckValue of the block's epoch
     */
    public boolean opens(EpochBlock block, String group, String keyCheckValue) {
        return labels(group).stream().anyMatch(l -> unlocks(l, block))
                || reaches(group, block.header().epoch(), keyCheckValue);
    }

    /** How many sets of labels it ever held of a group. */
    public int generations(String group) {
        return labels(group).size();
    }

    private static boolean unlocks(MemberLabels labels, EpochBlock block) {
        for (Subset subset : block.subsets()) {
            try {
                labels.key(subset);
                return true;
            } catch (IllegalArgumentException notIn) {
                // not with these labels
            }
        }
        return false;
    }

    private boolean reaches(String group, long epoch, String keyCheckValue) {
        for (long held = 1; held < epoch; held++) {
            for (Secret s : loot) {
                boolean is = s.kind().equals("epoch-secret") && s.owner().equals(group + " epoch " + held);
                if (is) {
                    byte[] forward = RatchetNotice.ratchet(group, s.octets(), held, epoch);
                    if (EpochKeys.derive(forward, group, epoch).keyCheckValue().equals(keyCheckValue)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private List<MemberLabels> labels(String group) {
        return loot.stream()
                .filter(s -> s.kind().equals("tree-labels"))
                .map(s -> Map.entry(s, LABELS.matcher(s.owner())))
                .filter(e -> e.getValue().matches() && e.getValue().group(1).equals(group))
                .map(e -> new MemberLabels(
                        RekeyScheme.named(e.getValue().group(2)).tree().orElseThrow(),
                        Integer.parseInt(e.getValue().group(3)),
                        Long.parseLong(e.getValue().group(4)),
                        e.getKey().octets().clone()))
                .toList();
    }

    /** What is inside an envelope that it can open: the signed command, a compact JWS. */
    public String signedCommand(String envelope, String group) {
        GroupEnvelope parsed = GroupEnvelope.parse(GroupEnvelope.Use.COMMAND, envelope);
        return new String(parsed.open(keys(group, parsed.epoch())), StandardCharsets.US_ASCII);
    }

    /** A command signed with what {@link #signsWith} says, sealed with the group's: passes every check but that of who commands. */
    public String forge(Command command, long senderId) {
        return forge(command, senderId, Map.of());
    }

    /** As {@link #forge(Command, long)}, with a delegation that was given for other commands. */
    public String forge(Command command, long senderId, String delegation) {
        return forge(command, senderId, Map.of("dlg", delegation));
    }

    /** A command with a signature of noise. */
    public String unsigned(Command command, long senderId) {
        String own = sign(command, Map.of());
        String noise = own.substring(0, own.lastIndexOf('.') + 1) + "A".repeat(86);
        return seal(command, senderId, noise);
    }

    private String forge(Command command, long senderId, Map<String, String> headers) {
        return seal(command, senderId, sign(command, headers));
    }

    private String sign(Command command, Map<String, String> headers) {
        return Jws.sign(signatureKey(), Labels.TYPE_COMMAND, "forged", headers, command.encode());
    }

    private String seal(Command command, long senderId, String signed) {
        return GroupEnvelope.seal(
                GroupEnvelope.Use.COMMAND,
                keys(command.group(), command.epoch()),
                command.group(),
                command.epoch(),
                new GroupEnvelope.Sender(senderId, new byte[GroupEnvelope.INSTANCE_LENGTH], ++counter),
                signed.getBytes(StandardCharsets.US_ASCII));
    }

    /** What it signs with, see {@link #signsWith}. */
    ECPrivateKey signatureKey() {
        return signatureKey.orElse(foreign);
    }

    EpochKeys keys(String group, long epoch) {
        return EpochSecrets.keys(loot, group, epoch)
                .orElseThrow(() -> new IllegalStateException(identity + " never held epoch " + epoch + " of " + group));
    }
}
