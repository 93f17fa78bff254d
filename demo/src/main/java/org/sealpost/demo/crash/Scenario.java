package org.sealpost.demo.crash;

import java.util.List;

/** Work of the fleet that processes are killed in, and what has to come of it. Used by one thread at a time. */
public interface Scenario {
    /** As {@code --scenario} takes it. */
    String name();

    /** What passes on the hops of such a process in each of its moments. */
    List<Cue> cues(Target target);

    /** What has to be done before a moment's process is looked up and its message waited for. */
    default void prepare(Moment moment) throws Exception {}

    /** Begins the work of a moment and returns at once. Orders that fail because of the killing are part of it. */
    void work(Moment moment) throws Exception;

    /** Waits until nothing new is being ordered, and tells what the orders' givers saw fail. */
    List<String> finish() throws Exception;

    /** What has to come about by itself, soon, after the killed process runs again. */
    List<Invariant> heals();

    /** What has to hold at every time; looked at when everything has healed. */
    List<Invariant> holds();

    /** Figures for the report, one phrase each. */
    List<String> figures() throws Exception;
}
