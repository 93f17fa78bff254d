package org.sealpost.enclave.attacks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What a gateway does with a letter: the letters that it delivers instead, in order; none when it drops it. */
@FunctionalInterface
public interface Script {
    List<Letter> carry(Letter letter);

    /** Does this to letters that match, the other to the rest. */
    default Script when(Predicate<Letter> match) {
        return letter -> match.test(letter) ? carry(letter) : List.of(letter);
    }

    /** Then hands what is left to another script. */
    default Script then(Script next) {
        return letter ->
                carry(letter).stream().flatMap(l -> next.carry(l).stream()).toList();
    }

    /** Carries everything as it should. */
    static Script honest() {
        return List::of;
    }

    static Script drop() {
        return letter -> List.of();
    }

    static Script twice() {
        return letter -> List.of(letter, letter);
    }

    /** Keeps letters in a list instead of delivering them; whoever wrote the script delivers them when it likes. */
    static Script hold(List<Letter> held) {
        return letter -> {
            held.add(letter);
            return List.of();
        };
    }

    static Script flip(int bit) {
        return change(octets -> {
            octets[bit / 8 % octets.length] ^= (byte) (1 << bit % 8);
            return octets;
        });
    }

    static Script cut(int length) {
        return change(octets -> java.util.Arrays.copyOf(octets, Math.min(length, octets.length)));
    }

    /** Replaces text by text. */
    static Script edit(String old, String other) {
        return change(octets ->
                new String(octets, StandardCharsets.UTF_8).replace(old, other).getBytes(StandardCharsets.UTF_8));
    }

    static Script change(UnaryOperator<byte[]> change) {
        return letter -> List.of(letter.with(change.apply(letter.octets().clone())));
    }

    /** Delivers to somebody else. */
    static Script misdeliver(Map<String, String> instead) {
        return letter -> List.of(letter.to(instead.getOrDefault(letter.to(), letter.to())));
    }

    /** Drops, doubles, damages, and delivers out of order, at random. */
    static Script chaos(Random random) {
        List<Letter> late = new ArrayList<>();
        return letter -> {
            List<Letter> out = new ArrayList<>();
            switch (random.nextInt(10)) {
                case 0 -> out.addAll(drop().carry(letter));
                case 1 -> out.addAll(twice().carry(letter));
                case 2 -> late.add(letter);
                case 3 -> out.addAll(flip(random.nextInt(1 << 16)).carry(letter));
                case 4 -> out.addAll(cut(random.nextInt(2000)).carry(letter));
                default -> out.add(letter);
            }
            if (!late.isEmpty() && random.nextInt(3) == 0) {
                out.add(late.remove(random.nextInt(late.size())));
            }
            return out;
        };
    }
}
