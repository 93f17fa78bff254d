package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.EpochMaterial;
import org.sealpost.enclave.AuthorityKeys.EvictionPreview;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.group.BlockCertificate;
import org.sealpost.group.RekeyScheme;
import org.sealpost.group.TreeShare;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.Latest;
import org.sealpost.group.block.RatchetNotice;
import org.sealpost.group.tree.LabelBox;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.cose.CoseSign1;

/** The trees of an authority's groups: generations, blocks, notices, and the labels that members get. Computes; the caller stores. */
final class TreePart {
    /** A block of more entries asks for a new generation, whose first block has few. */
    private static final int MOST_ENTRIES = 128;

    /** After so many joins without a block, one is made. */
    private static final long MOST_RATCHETS = 4096;

    private static final int LEAST_HEIGHT = 6;
    private static final int MOST_HEIGHT = 24;
    private static final int KEY = 32;
    private static final int SEED = 16;
    private static final int HASH = 16;
    private static final int CERTIFIED_SECONDS = 10 * 365 * 86_400;
    private static final byte[] NONE = {};

    private final Vault vault;

    TreePart(Vault vault) {
        this.vault = vault;
    }

    /** An epoch with the tree as it is then; the secret is 32 octets. */
    record Drawn(StateImage.Tree tree, byte[] secret) {
        @Override
        public String toString() {
            return "Drawn[generation " + tree.using().number() + "]";
        }
    }

    /** A fresh epoch, with its block. */
    Drawn draw(
            String group,
            StateImage.Group old,
            TreeScheme scheme,
            Leaves leaves,
            StateImage.Commanders list,
            long number,
            long until) {
        StateImage.BlockKey key = blockKey();
        StateImage.Generation using = generation(old, scheme, leaves, number);
        byte[] seed = vault.observed("epoch-seed", group + " epoch " + number, vault.randomOctets(SEED));
        byte[] commanders = CommanderList.hash(list);
        byte[] previous = old.tree()
                .filter(StateImage.Tree::active)
                .map(t -> EpochBlock.decode(t.block()).hash())
                .orElseGet(() -> new byte[HASH]);
        List<Subset> cover = cover(using, leaves);
        EpochBlock block = issue(
                new EpochBlock.Draft(group, using.number(), number, until, previous, list.version(), commanders),
                using,
                cover,
                seed,
                key.seed());
        byte[] secret = block.secret(seed, group);
        Wipe.octets(seed);
        Optional<StateImage.Generation> next =
                old.tree().flatMap(StateImage.Tree::next).filter(n -> n.number() > using.number());
        StateImage.Tree tree =
                new StateImage.Tree(using, next, number, block.encode(), NONE, list.version(), commanders);
        boolean scattered = cover.size() > MOST_ENTRIES || leaves.next() > (3L << using.height() - 2);
        return new Drawn(next.isEmpty() && scattered ? prepared(leaves, tree) : tree, secret);
    }

    /** Whether joining needs no block: a notice on top of the newest one does. */
    boolean canRatchet(StateImage.Group group, Leaves leaves) {
        StateImage.Epoch current = group.current().orElseThrow();
        return group.tree()
                .filter(t -> t.active()
                        && t.using().scheme().equals(group.policy().scheme())
                        && leaves.next() <= 1L << t.using().height()
                        && current.number() - t.blockEpoch() < MOST_RATCHETS)
                .isPresent();
    }

    /** The next epoch, one step on from the current one. */
    Drawn ratchet(String group, StateImage.Group old, long until) {
        StateImage.Tree tree = old.tree().orElseThrow();
        StateImage.Epoch current = old.current().orElseThrow();
        long number = current.number() + 1;
        byte[] secret = RatchetNotice.ratchet(group, current.secret(), current.number(), number);
        RatchetNotice notice = RatchetNotice.issue(
                EpochBlock.decode(tree.block()),
                number,
                until,
                secret,
                blockKey().seed());
        return new Drawn(
                new StateImage.Tree(
                        tree.using(),
                        tree.next(),
                        tree.blockEpoch(),
                        tree.block(),
                        notice.encode(),
                        tree.commanderVersion(),
                        tree.commanders()),
                secret);
    }

    /** The tree with its next generation prepared. */
    StateImage.Tree prepared(StateImage.Group group, StateImage.Tree tree) {
        return prepared(Leaves.given(group, group.members()), tree);
    }

    static StateImage.Tree everybody(StateImage.Tree tree) {
        return tree.withNext(tree.next()
                .map(n -> new StateImage.Generation(
                        n.scheme(), n.height(), n.number(), n.secret(), n.retired(), n.since(), true)));
    }

    static Optional<EpochMaterial> material(String group, StateImage.Group g) {
        return g.tree().filter(StateImage.Tree::active).map(t -> {
            Optional<RatchetNotice> notice =
                    Optional.of(t.notice()).filter(n -> n.length > 0).map(RatchetNotice::decode);
            return new EpochMaterial(
                    group,
                    g.current().orElseThrow().number(),
                    t.using().number(),
                    t.next().map(StateImage.Generation::number).orElse(0L),
                    t.blockEpoch(),
                    t.block(),
                    Latest.of(EpochBlock.decode(t.block()), notice).encode());
        });
    }

    /** How long the block of the next epoch would be: it is made with a seed and a key that nobody keeps. */
    EvictionPreview preview(String group, StateImage.Group g, TreeScheme scheme, Leaves rest, long number) {
        StateImage.Generation using = generation(g, scheme, rest, number);
        List<Subset> cover = cover(using, rest);
        EpochBlock.Draft draft = new EpochBlock.Draft(
                group,
                using.number(),
                number,
                vault.now() + g.policy().lifetimeSeconds(),
                new byte[HASH],
                number,
                new byte[HASH]);
        byte[] seed = vault.randomOctets(SEED);
        byte[] key = vault.randomOctets(KEY);
        int octets = issue(draft, using, cover, seed, key).encode().length;
        Wipe.octets(seed, key);
        boolean fresh = g.tree()
                .filter(t -> t.using().number() == using.number()
                        || t.next()
                                .filter(n -> n.everybody() && n.number() == using.number())
                                .isPresent())
                .isEmpty();
        return new EvictionPreview(group, number, cover.size(), octets, fresh);
    }

    /** What a member needs to open later epochs itself; empty where the group has no blocks. */
    Optional<TreeShare> share(String group, StateImage.Group g, StateImage.Peer peer, Member entry) {
        return g.tree().filter(StateImage.Tree::active).map(tree -> {
            List<TreeShare.Grant> grants = new ArrayList<>();
            byte[] secret = g.current().orElseThrow().secret();
            grants.add(grant(group, tree.using(), peer, entry, secret));
            tree.next().ifPresent(next -> grants.add(grant(group, next, peer, entry, secret)));
            return new TreeShare(
                    blockKey().certificate(),
                    tree.blockEpoch(),
                    EpochBlock.decode(tree.block()).hash(),
                    g.policy().overlapSeconds(),
                    grants);
        });
    }

    private TreeShare.Grant grant(
            String group, StateImage.Generation generation, StateImage.Peer peer, Member entry, byte[] secret) {
        byte[] transport = vault.observed("transport-key", peer.identity(), vault.randomOctets(KEY));
        byte[] boxKey = Hmac.sha256(transport, LabelBox.info(group, generation.number(), peer.identity()));
        MemberLabels labels = secretOf(group, generation).labels(entry.leaf());
        byte[] box = LabelBox.seal(boxKey, labels, secret);
        labels.wipe();
        byte[] wrapped = KeyWrap.wrap(peer.wrapping(), transport);
        Wipe.octets(transport);
        return new TreeShare.Grant(schemeOf(generation), generation.height(), generation.number(), wrapped, box);
    }

    /** The generation that the next block is for: the one in use, the prepared one when it is time, or a new one. */
    private StateImage.Generation generation(StateImage.Group group, TreeScheme scheme, Leaves leaves, long number) {
        Optional<StateImage.Tree> tree = group.tree();
        long expected = group.current().map(StateImage.Epoch::number).orElse(0L) + 1;
        // Numbers that were left out are numbers that another state of this enclave may have used: it may have given
        // out leaves, too.
        boolean restored = number > expected;
        boolean usable = tree.filter(StateImage.Tree::active).isPresent() && !restored;
        if (usable) {
            StateImage.Generation using = tree.get().using();
            Optional<StateImage.Generation> next = tree.get().next().filter(n -> fits(n, scheme, leaves));
            boolean due = next.filter(n -> n.everybody()
                            || vault.now() >= n.since() + AuthorityKeys.GRACE_SECONDS
                            || !fits(using, scheme, leaves))
                    .isPresent();
            if (due) {
                return next.get();
            }
            if (fits(using, scheme, leaves)) {
                return using;
            }
        }
        long last = tree.map(t -> t.next().orElse(t.using()).number()).orElse(0L);
        return fresh(scheme, leaves, Math.max(last + 1, number));
    }

    private static boolean fits(StateImage.Generation generation, TreeScheme scheme, Leaves leaves) {
        return generation.scheme().equals(scheme.policyName()) && leaves.next() <= 1L << generation.height();
    }

    private StateImage.Tree prepared(Leaves leaves, StateImage.Tree tree) {
        return tree.withNext(Optional.of(
                fresh(schemeOf(tree.using()), leaves, Math.max(tree.using().number(), tree.blockEpoch()) + 1)));
    }

    private StateImage.Generation fresh(TreeScheme scheme, Leaves leaves, long number) {
        int height = LEAST_HEIGHT;
        while (height < MOST_HEIGHT && leaves.next() * 2 > 1L << height) {
            height++;
        }
        if (leaves.next() > 1L << height) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "the group has given out all of its 2^" + MOST_HEIGHT + " leaves: make a new group");
        }
        BitSet empty = empty(leaves);
        return new StateImage.Generation(
                scheme.policyName(),
                height,
                number,
                vault.observed("tree-secret", "generation " + number, vault.randomOctets(KEY)),
                empty.stream().asLongStream().boxed().toList(),
                vault.now(),
                false);
    }

    /** Leaves below the first free one where no member sits. */
    private static BitSet empty(Leaves leaves) {
        BitSet empty = new BitSet();
        empty.set(0, Math.toIntExact(leaves.next()));
        leaves.members().forEach(m -> empty.clear(Math.toIntExact(m.leaf())));
        return empty;
    }

    private static List<Subset> cover(StateImage.Generation generation, Leaves leaves) {
        BitSet revoked = empty(leaves);
        generation.retired().forEach(l -> revoked.clear(Math.toIntExact(l)));
        return schemeOf(generation)
                .cover(
                        generation.height(),
                        leaves.next(),
                        revoked.stream().asLongStream().boxed().toList());
    }

    private static EpochBlock issue(
            EpochBlock.Draft draft,
            StateImage.Generation generation,
            List<Subset> cover,
            byte[] seed,
            byte[] signingKey) {
        TreeSecret tree = secretOf(draft.group(), generation);
        return EpochBlock.issue(draft, schemeOf(generation), generation.height(), tree, cover, seed, signingKey);
    }

    private static TreeSecret secretOf(String group, StateImage.Generation g) {
        return new TreeSecret(schemeOf(g), g.height(), group, g.number(), g.secret());
    }

    private static TreeScheme schemeOf(StateImage.Generation generation) {
        return RekeyScheme.named(generation.scheme()).tree().orElseThrow();
    }

    /** The key that signs blocks; made and certified when it is needed first. */
    private StateImage.BlockKey blockKey() {
        return vault.state()
                .authority
                .orElseThrow()
                .blockKey
                .orElseGet(() -> vault.change(s -> {
                    StateImage.Authority authority = s.authority.orElseThrow();
                    byte[] seed = vault.observed("block-key", authority.identity, vault.randomOctets(KEY));
                    long now = vault.now();
                    String certificate = new BlockCertificate(
                                    CoseSign1.publicKey(seed), now - 300, now + CERTIFIED_SECONDS)
                            .sign(vault.custody().signer(authority.root), Jwk.thumbprint(Jwk.parse(authority.rootKey)));
                    StateImage.BlockKey made = new StateImage.BlockKey(seed, CoseSign1.publicKey(seed), certificate);
                    authority.blockKey = Optional.of(made);
                    return made;
                }));
    }
}
