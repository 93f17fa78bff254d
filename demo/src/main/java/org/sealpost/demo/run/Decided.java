package org.sealpost.demo.run;

/** A look found that the fact can't come about any more: waiting ends. */
public abstract class Decided extends Exception {
    private static final long serialVersionUID = 1L;

    protected Decided(String sentence) {
        super(sentence);
    }
}
