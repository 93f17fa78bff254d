package org.sealpost.demo.story;

/** One step of the demo: does something, and proves what it claims by looking at facts. */
public interface Step {
    /** Short name, such as {@code evict}; a failing run names it. */
    String name();

    /** What happens, for people. */
    String title();

    /** What the step proves when it succeeds. */
    String proves();

    /**
     * Does it.
     *
     * @throws NotProved when a claim does not hold; any other exception fails the step, too
     */
    void run(Evidence evidence) throws Exception;
}
