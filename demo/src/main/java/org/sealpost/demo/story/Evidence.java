package org.sealpost.demo.story;

import java.util.ArrayList;
import java.util.List;

/** What a running step saw. Thread-safe. */
public final class Evidence {
    private final Narrator narrator;
    private final List<String> proved = new ArrayList<>();

    Evidence(Narrator narrator) {
        this.narrator = narrator;
    }

    /** Progress, gone when the next thing happens. */
    public void progress(String what) {
        narrator.progress(what);
    }

    /** A fact that was observed. */
    public synchronized void proved(String fact) {
        proved.add(fact);
        narrator.proved(fact);
    }

    /** Something worth knowing that proves nothing. */
    public void note(String text) {
        narrator.note(text);
    }

    synchronized List<String> facts() {
        return List.copyOf(proved);
    }
}
