package org.sealpost.binding.internal;

import java.util.regex.Pattern;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Small numbers in texts of headers and queries. */
final class Numbers {
    private static final Pattern SMALL = Pattern.compile("[0-9]{1,9}");

    private Numbers() {}

    /**
     * Reads at most nine decimal digits.
     *
     * @throws Refusal 4000, naming the parameter
     */
    static int small(String text, String name) {
        if (!SMALL.matcher(text).matches()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, name + " is not a whole number");
        }
        return Integer.parseInt(text);
    }
}
