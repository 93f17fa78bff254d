package org.sealpost.group.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.group.tree.TreeScheme;

/** A chain of blocks as anybody checks it. */
class BlockChainTest {
    private final Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, 5, 1);
    private final List<byte[]> blocks = new ArrayList<>();

    BlockChainTest() {
        byte[] previous = Authority.FIRST;
        for (long epoch : List.of(1L, 2L, 5L, 6L)) {
            EpochBlock block = authority.issue(epoch, previous, 20, List.of(epoch));
            blocks.add(block.encode());
            previous = block.hash();
        }
    }

    @Test
    void oneThatHoldsIsToldLinkByLink() {
        BlockChain chain = verify(blocks);
        assertThat(chain.fault()).isEmpty();
        assertThat(chain.links()).extracting(BlockChain.Link::epoch).containsExactly(1L, 2L, 5L, 6L);
        assertThat(chain.links().get(0).octets()).isEqualTo(blocks.get(0).length);
    }

    @Test
    void aMissingAForeignAndASecondOneAreFound() {
        assertFault("missing, or there are two servers", blocks.get(0), blocks.get(2));
        assertFault("goes back", blocks.get(1), blocks.get(0));
        assertFault("goes back", blocks.get(1), blocks.get(1));
        byte[] other = new Authority(TreeScheme.SUBSET_DIFFERENCE, 5, 2)
                .issue(2, EpochBlock.decode(blocks.get(0)).hash(), 20, List.of())
                .encode();
        assertFault("not signed", blocks.get(0), other);
        byte[] second = authority
                .issue(2, EpochBlock.decode(blocks.get(0)).hash(), 20, List.of(7L))
                .encode();
        assertFault("two servers", blocks.get(0), second, blocks.get(2));
        assertThat(BlockChain.verify("//sealpost.example/in-cse/cse-in/lamps", authority.publicKey, blocks)
                        .fault())
                .hasValueSatisfying(f -> assertThat(f).contains("another group"));
    }

    @Test
    void oneThatIsChangedAnywhereIsFound() {
        for (int at = 0; at < blocks.get(1).length; at++) {
            byte[] changed = blocks.get(1).clone();
            changed[at] ^= 1;
            assertThat(verify(List.of(blocks.get(0), changed, blocks.get(2))).fault())
                    .as("octet %d", at)
                    .isPresent();
        }
    }

    private void assertFault(String words, byte[]... chain) {
        assertThat(verify(List.of(chain)).fault())
                .hasValueSatisfying(f -> assertThat(f).contains(words));
    }

    private BlockChain verify(List<byte[]> chain) {
        return BlockChain.verify(Authority.GROUP, authority.publicKey, chain);
    }
}
