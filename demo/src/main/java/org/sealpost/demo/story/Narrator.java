package org.sealpost.demo.story;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Tells the story on a terminal or into a file. Thread-safe. */
public final class Narrator {
    private static final String CLEAR = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean colour;
    private final boolean live;
    private boolean progressShown;

    /**
     * A narrator.
     *
     * @param colour ANSI colours
     * @param live progress lines that replace one another; only for a terminal
     */
    public Narrator(PrintStream out, boolean colour, boolean live) {
        this.out = out;
        this.colour = colour;
        this.live = live;
    }

    synchronized void heading(int number, int of, Step step) {
        line("");
        line(bold(paint("36", String.format(Locale.ROOT, "%2d/%d  ", number, of)) + step.title()));
        line(dim("       " + step.proves()));
    }

    synchronized void proved(String fact) {
        line("     " + paint("32", "\u2713") + " " + fact);
    }

    /** A remark between facts. */
    public synchronized void note(String text) {
        line(dim("       " + text));
    }

    /** What is going on now, gone when the next thing happens; shown on a terminal only. */
    public synchronized void progress(String what) {
        if (live) {
            out.print(CLEAR + dim("     \u2026 " + what));
            out.flush();
            progressShown = true;
        }
    }

    synchronized void failed(Step step, String why) {
        line("     " + paint("31", "\u2717") + " "
                + bold(why.lines().findFirst().orElse("")));
        why.lines().skip(1).forEach(l -> line(dim("       " + l)));
        line(paint("31", "       not proved: " + step.proves()));
    }

    synchronized void took(Duration time) {
        line(dim(String.format(Locale.ROOT, "       %.1f s", time.toMillis() / 1000.0)));
    }

    /** A line of its own. */
    public synchronized void line(String text) {
        if (progressShown) {
            out.print(CLEAR);
            progressShown = false;
        }
        out.println(text);
        out.flush();
    }

    /** A closing line, green or red. */
    public void verdict(boolean good, String text) {
        line("");
        line(bold(paint(good ? "32" : "31", text)));
    }

    /** In bold where there are colours. */
    public String bold(String text) {
        return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    private String dim(String text) {
        return paint("2", text);
    }

    private String paint(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
