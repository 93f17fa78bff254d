package org.sealpost.acceptance.shield;

import java.io.IOException;

/** A program without a shield: says one octet, then waits until standard input closes. */
public final class Idle {
    private Idle() {}

    public static void main(String[] args) throws IOException {
        System.out.println("!");
        System.out.flush();
        while (System.in.read() >= 0) {
            // nothing is expected
        }
    }
}
