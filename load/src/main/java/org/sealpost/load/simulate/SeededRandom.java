package org.sealpost.load.simulate;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/** Random octets that follow from a seed, so that a world can be built again. Key pairs are drawn by the platform, which asks this too. */
final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final transient SplittableRandom source;

    SeededRandom(long seed) {
        this.source = new SplittableRandom(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        source.nextBytes(bytes);
    }

    @Override
    public String getAlgorithm() {
        return "seeded";
    }
}
