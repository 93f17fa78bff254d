package org.sealpost.enclave.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.sealpost.enclave.internal.custody.SoftwareRoot;
import org.sealpost.enclave.internal.custody.StateRoot;
import org.sealpost.enclave.internal.pkcs11.Token;
import org.sealpost.enclave.internal.pkcs11.TokenConfig;
import org.sealpost.enclave.internal.pkcs11.TokenRoot;

/** What an enclave's keys hang on, as its options say. */
public sealed interface Backing {
    /** All options of this kind, for {@code --help}. */
    String HELP = String.join(
            "\n",
            "  --secure-environment process   keys in the memory of a process of their own (the default)",
            "  --secure-environment pkcs11    key pairs and wrapping keys in a token",
            "  --key-file FILE                root key of the state; default: enclave.key in the state directory",
            "  --passphrase-file FILE         root key opened by the passphrase in the first line of FILE (Argon2id)",
            "  --pkcs11 MODULE                shared library of the token; default: SoftHSM's, where it is installed",
            "  --token LABEL, --slot NUMBER   which token; default: label sealpost",
            "  --pin-file FILE                the token's user PIN, first line; with process: the root key alone is in the token");

    /** State sealed with a key file. */
    record KeyFile(Optional<Path> file) implements Backing {}

    /** State sealed with a passphrase. */
    record Passphrase(Path file) implements Backing {}

    /** State sealed with a token's root key; other keys in memory. */
    record RootInToken(TokenConfig token) implements Backing {}

    /** Root key and key pairs in a token. */
    record KeysInToken(TokenConfig token) implements Backing {}

    /** Where SoftHSM lies on the systems we know. */
    List<String> MODULES = List.of(
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so",
            "/usr/lib64/softhsm/libsofthsm.so",
            "/usr/local/lib/softhsm/libsofthsm2.so",
            "/opt/homebrew/lib/softhsm/libsofthsm2.so");

    /**
     * Reads options.
     *
     * @throws IllegalArgumentException with a sentence, when they make no sense
     */
    static Backing parse(List<String> arguments) {
        Map<String, String> given = new HashMap<>();
        Deque<String> rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String option = rest.removeFirst();
            boolean known = Option.NAMES.contains(option);
            if (!known || rest.isEmpty() || given.put(option, rest.removeFirst()) != null) {
                throw new IllegalArgumentException(
                        known
                                ? option + " is given twice, or without a value"
                                : "there is no option " + option + " of the enclave: known are "
                                        + String.join(", ", Option.NAMES));
            }
        }
        String kind = given.getOrDefault(Option.KIND, "process");
        boolean token = given.containsKey(Option.PIN);
        if (!kind.equals("process") && !kind.equals("pkcs11")) {
            throw new IllegalArgumentException(Option.KIND + " is process or pkcs11, not " + kind);
        }
        if (kind.equals("pkcs11") && !token) {
            throw new IllegalArgumentException(
                    "a token wants its PIN: give " + Option.PIN + " FILE, with the PIN in its first line");
        }
        long roots = List.of(Option.KEY_FILE, Option.PASSPHRASE, Option.PIN).stream()
                .filter(given::containsKey)
                .count();
        if (roots > 1) {
            throw new IllegalArgumentException("state hangs on one of " + Option.KEY_FILE + ", " + Option.PASSPHRASE
                    + " and a token (" + Option.PIN + "): give one of them");
        }
        if (token) {
            TokenConfig config = token(given);
            return kind.equals("pkcs11") ? new KeysInToken(config) : new RootInToken(config);
        }
        if (given.containsKey(Option.MODULE) || given.containsKey(Option.LABEL) || given.containsKey(Option.SLOT)) {
            throw new IllegalArgumentException("a token is named, but not its PIN: give " + Option.PIN + " FILE");
        }
        return given.containsKey(Option.PASSPHRASE)
                ? new Passphrase(Path.of(String.valueOf(given.get(Option.PASSPHRASE))))
                : new KeyFile(Optional.ofNullable(given.get(Option.KEY_FILE)).map(Path::of));
    }

    /** Opens the root; a token is opened with it. */
    default Opened open(Path directory, SecureRandom random, SecretObserver observer) throws IOException {
        if (this instanceof KeyFile k) {
            return new Opened(
                    SoftwareRoot.keyFile(k.file().orElse(directory.resolve("enclave.key")), random, observer),
                    Optional.empty());
        }
        if (this instanceof Passphrase p) {
            return new Opened(SoftwareRoot.passphrase(p.file(), directory, random, observer), Optional.empty());
        }
        Token token = Token.open(this instanceof RootInToken r ? r.token() : ((KeysInToken) this).token());
        TokenRoot root = TokenRoot.open(token, directory, random);
        return new Opened(root, this instanceof KeysInToken ? Optional.of(new Keys(token, root)) : Optional.empty());
    }

    /** An opened root and, where key pairs lie in a token, that. */
    record Opened(StateRoot root, Optional<Keys> keys) {}

    /** A token that holds key pairs. */
    record Keys(Token token, TokenRoot root) {}

    private static TokenConfig token(Map<String, String> given) {
        Optional<String> slot = Optional.ofNullable(given.get(Option.SLOT));
        if (slot.isPresent() && (given.containsKey(Option.LABEL) || !slot.get().matches("[0-9]{1,18}"))) {
            throw new IllegalArgumentException(Option.SLOT + " is a number, and stands in place of " + Option.LABEL);
        }
        Path module = Path.of(Optional.ofNullable(given.get(Option.MODULE)).orElseGet(Backing::softHsm));
        return new TokenConfig(
                module,
                slot.isPresent() ? Optional.empty() : Optional.of(given.getOrDefault(Option.LABEL, "sealpost")),
                slot.map(s -> OptionalLong.of(Long.parseLong(s))).orElse(OptionalLong.empty()),
                Path.of(String.valueOf(given.get(Option.PIN))));
    }

    private static String softHsm() {
        return MODULES.stream()
                .filter(m -> java.nio.file.Files.isReadable(Path.of(m)))
                .findFirst()
                .orElse(MODULES.get(0));
    }

    /** Names of the options. */
    final class Option {
        static final String KIND = "--secure-environment";
        static final String KEY_FILE = "--key-file";
        static final String PASSPHRASE = "--passphrase-file";
        static final String MODULE = "--pkcs11";
        static final String LABEL = "--token";
        static final String SLOT = "--slot";
        static final String PIN = "--pin-file";
        static final List<String> NAMES = Arrays.stream(
                        new String[] {KIND, KEY_FILE, PASSPHRASE, MODULE, LABEL, SLOT, PIN})
                .collect(Collectors.toUnmodifiableList());

        private Option() {}
    }
}
