package org.sealpost.demo.story;

import org.sealpost.demo.run.Decided;

/** A claim does not hold. */
public final class NotProved extends Decided {
    private static final long serialVersionUID = 1L;

    public NotProved(String sentence) {
        super(sentence);
    }

    /** Throws unless the claim holds. */
    public static void unless(boolean holds, String otherwise) throws NotProved {
        if (!holds) {
            throw new NotProved(otherwise);
        }
    }
}
