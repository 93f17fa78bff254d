package org.sealpost.group.block;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.tree.Coverage;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * A member and the epochs of one group: what it holds, and how the newest block and notice move it forward. Never back, never sideways: of one number it believes one block, and a block that
 * directly follows the one it holds has to repeat that one's hash. Pure; whoever calls stores what {@link Outcome.Moved} gives before it uses it.
 *
 * @param group absolute identifier
 * @param publicKey Ed25519 key that is certified for blocks, 32 octets
 * @param labels by generation
 * @param held what it has now
 */
public record MemberEpochs(String group, byte[] publicKey, List<Labels> labels, Held held) {

    /** Labels of one generation of the tree. */
    public record Labels(long generation, MemberLabels labels) {}

    /**
     * An epoch that a member holds.
     *
     * @param secret 32 octets; a secret
     * @param notAfter epoch seconds
     * @param blockEpoch of the newest block that it knows
     * @param block that block's hash
     * @param commanders version of the commander list in that block
     * @param coverage whom that block let in, as far as known
     */
    public record Held(
            long epoch,
            byte[] secret,
            long notAfter,
            long blockEpoch,
            byte[] block,
            long commanders,
            Coverage coverage) {
        /** The same, with whom the block let in. */
        public Held knowing(Coverage learned) {
            return new Held(epoch, secret, notAfter, blockEpoch, block, commanders, learned);
        }

        @Override
        public String toString() {
            return "Held[epoch " + epoch + "]";
        }
    }

    /** Why something is not taken. */
    public enum Fault {
        /** Not what the server signed, or not of this group. */
        FORGED,
        /** Older than what is held: a cache that is behind. */
        OLDER,
        /** The server signed two different things for one number: tell it. */
        SECOND,
        /** It does not follow the block that is held, though its number does. */
        CHAIN,
        /** It hides another seed for this member than it says it does for all: tell the server. */
        SPLIT,
        /** Of a generation of the tree that this member has no labels of: ask the server. */
        GENERATION,
        /** The member is not among those it is for. */
        EXCLUDED,
        /** Its time is over. */
        OVER
    }

    /** What came of it. */
    public sealed interface Outcome {
        /**
         * A later epoch.
         *
         * @param overlap whether the epoch before may still open commands for as long as the group's policy says: nobody was left out
         */
        record Moved(Held held, boolean overlap) implements Outcome {}

        /** Nothing new, but perhaps whom the block lets in. */
        record Known(Held held) implements Outcome {}

        /** Nothing was taken. */
        record Refused(Fault fault, Refusal refusal) implements Outcome {}
    }

    /** Ends a look at something; never leaves this class. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Fault fault;
        private final transient Refusal refusal;

        Stop(Fault fault, Refusal refusal) {
            super(refusal.sentence(), null, false, false);
            this.fault = fault;
            this.refusal = refusal;
        }
    }

    /**
     * Looks at what a cache gave: at most one signature for the block and one for the notice.
     *
     * @param now epoch seconds
     */
    public Outcome take(Latest latest, long now) {
        try {
            Held opened = latest.header().isPresent() ? opened(latest, now) : held;
            boolean byBlock = opened.epoch() > held.epoch();
            boolean kept = !byBlock || opened.coverage().contains(held.coverage());
            Optional<Held> advanced = latest.notice().flatMap(n -> advanced(n, opened, byBlock, now));
            if (advanced.isPresent() && byBlock) {
                Wipe.octets(opened.secret());
            }
            return byBlock || advanced.isPresent()
                    ? new Outcome.Moved(advanced.orElse(opened), kept)
                    : new Outcome.Known(opened);
        } catch (Stop stop) {
            return new Outcome.Refused(stop.fault, stop.refusal);
        }
    }

    /** What is held with the block taken in; the same when it is known. */
    private Held opened(Latest latest, long now) {
        BlockHeader header = latest.header().orElseThrow();
        byte[] hash = latest.hash().orElseThrow();
        if (!Arrays.equals(header.group(), Digest.group(group))) {
            throw new Stop(Fault.FORGED, BlockHeader.malformed("an epoch block belongs to another group"));
        }
        if (Arrays.equals(hash, held.block())) {
            boolean learns =
                    held.coverage().bounds().isEmpty() && latest.block().isPresent();
            return learns && latest.signed(publicKey) ? held.knowing(coverage(latest)) : held;
        }
        if (header.epoch() == held.epoch() || header.epoch() == held.blockEpoch()) {
            throw latest.signed(publicKey)
                    ? new Stop(
                            Fault.SECOND,
                            conflict("there is another block for an epoch that this member holds: tell the operator"))
                    : forged();
        }
        if (header.epoch() < held.epoch()) {
            throw new Stop(Fault.OLDER, conflict("an epoch block is older than what this member holds"));
        }
        MemberLabels own = labels.stream()
                .filter(l -> l.generation() == header.generation())
                .map(Labels::labels)
                .findFirst()
                .orElseThrow(() -> new Stop(
                        Fault.GENERATION,
                        conflict("an epoch block belongs to another generation of the tree: ask the server")));
        if (!latest.signed(publicKey)) {
            throw forged();
        }
        if (header.epoch() == held.epoch() + 1 && !Arrays.equals(header.previous(), held.block())) {
            throw new Stop(
                    Fault.CHAIN,
                    conflict("an epoch block does not follow the one that this member holds: tell the operator"));
        }
        return open(latest, header, hash, own, now);
    }

    /** Opens what was found to be signed: it is verified once. */
    private Held open(Latest latest, BlockHeader header, byte[] hash, MemberLabels own, long now) {
        BlockEntry entry = latest.block()
                .map(b -> b.entry(own))
                .orElseGet(() -> latest.slice()
                        .map(BlockSlice::content)
                        .filter(e -> own.find(List.of(e.subset())).isPresent()))
                .orElseThrow(() -> new Stop(
                        Fault.EXCLUDED,
                        new Refusal(
                                ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                                "this member is excluded from the epoch: ask the server")));
        BlockGate gate =
                new BlockGate(group, header.generation(), publicKey, held.epoch(), Optional.of(held.block()), now);
        try {
            BlockGate.Opened opened = gate.openSigned(header, hash, entry, own);
            return new Held(
                    opened.epoch(),
                    opened.secret(),
                    opened.notAfter(),
                    opened.epoch(),
                    opened.hash(),
                    header.commanderVersion(),
                    latest.block().isPresent() ? coverage(latest) : Coverage.UNKNOWN);
        } catch (Refusal refusal) {
            throw new Stop(refusal.status() == ResponseStatus.REQUEST_TIMEOUT ? Fault.OVER : Fault.SPLIT, refusal);
        }
    }

    /** The epoch of a notice that goes further; what doesn't belong to the block is passed over when that brought something. */
    private Optional<Held> advanced(RatchetNotice notice, Held from, boolean byBlock, long now) {
        if (notice.epoch() <= from.epoch() && Arrays.equals(notice.block(), from.block())) {
            requireSame(notice, from);
            return Optional.empty();
        }
        try {
            byte[] secret = notice.advance(group, from.block(), from.epoch(), from.secret(), publicKey, now);
            return Optional.of(new Held(
                    notice.epoch(),
                    secret,
                    notice.notAfter(),
                    from.blockEpoch(),
                    from.block(),
                    from.commanders(),
                    from.coverage()));
        } catch (Refusal refusal) {
            if (byBlock) {
                return Optional.empty();
            }
            throw new Stop(fault(notice, refusal), refusal);
        }
    }

    /** Two notices of one number, both signed, with different secrets. */
    private void requireSame(RatchetNotice notice, Held from) {
        boolean other = notice.epoch() == from.epoch()
                && from.epoch() > from.blockEpoch()
                && !notice.speaksOf(from.secret())
                && notice.verifies(publicKey);
        if (other) {
            throw new Stop(
                    Fault.SECOND,
                    conflict("there is another notice for the epoch that this member holds: tell the operator"));
        }
    }

    private Fault fault(RatchetNotice notice, Refusal refusal) {
        if (refusal.status() == ResponseStatus.REQUEST_TIMEOUT) {
            return Fault.OVER;
        }
        if (refusal.status() != ResponseStatus.CONFLICT || !notice.verifies(publicKey)) {
            return Fault.FORGED;
        }
        return notice.epoch() <= held.epoch() ? Fault.OLDER : Fault.CHAIN;
    }

    private static Coverage coverage(Latest latest) {
        EpochBlock block = latest.block().orElseThrow();
        return Coverage.of(block.header().height(), block.subsets());
    }

    private static Stop forged() {
        return new Stop(
                Fault.FORGED,
                new Refusal(
                        ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                        "an epoch block is not signed by the server, or was changed: fetch it again from another cache"));
    }

    private static Refusal conflict(String sentence) {
        return new Refusal(ResponseStatus.CONFLICT, sentence);
    }

    @Override
    public String toString() {
        return "MemberEpochs[" + group + " " + held + "]";
    }
}
