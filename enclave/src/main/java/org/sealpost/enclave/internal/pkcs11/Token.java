package org.sealpost.enclave.internal.pkcs11;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.custody.FirstLine;
import org.sealpost.enclave.internal.custody.OwnerOnly;

/** A token, found and logged in to; logged in to again when its session ended. Thread-safe: one call at a time. */
public final class Token implements AutoCloseable {
    private final TokenConfig config;
    private final Cryptoki module;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Session> session = Optional.empty();
    private Cryptoki.Slot slot;
    private long logins;

    private Token(TokenConfig config, Cryptoki module) {
        this.config = config;
        this.module = module;
        this.slot = find(module, config);
    }

    /**
     * Finds a token and logs in.
     *
     * @throws EnclaveUnavailable with what to do, when there is no such module or token, or the PIN is wrong
     */
    public static Token open(TokenConfig config) {
        Token token = new Token(config, Cryptoki.load(config.module()));
        token.use(session -> session);
        return token;
    }

    /** Whether the module says that the token is a device of its own. */
    public boolean hardware() {
        return slot.hardware();
    }

    /** The token's label, or its slot. */
    public String name() {
        return slot.label().isEmpty() ? "in slot " + slot.id() : "\"" + slot.label() + "\"";
    }

    String serial() {
        return slot.serial();
    }

    /** How often this logged in: handles of one login mean nothing in the next. Read inside {@link #use}. */
    long logins() {
        return logins;
    }

    /** Which of these mechanisms the token does not have. */
    List<String> lacks(List<Mechanism> wanted) {
        return wanted.stream()
                .filter(m -> !module.offers(slot.id(), m.number()))
                .map(Mechanism::name)
                .toList();
    }

    /** A mechanism and its name, for people. */
    record Mechanism(String name, long number) {}

    /**
     * Uses the token; nobody else does meanwhile.
     *
     * @throws EnclaveUnavailable when it fails; a session that ended is opened again with the next use
     */
    <T> T use(Function<Session, T> work) {
        lock.lock();
        try {
            Session open = session.orElseGet(this::logIn);
            session = Optional.of(open);
            return work.apply(open);
        } catch (TokenFailure failure) {
            if (ReturnCodes.lost(failure.code())) {
                session.ifPresent(Session::close);
                session = Optional.empty();
            }
            throw unavailable(failure);
        } finally {
            lock.unlock();
        }
    }

    private EnclaveUnavailable unavailable(TokenFailure failure) {
        return new EnclaveUnavailable("the token " + name() + " " + ReturnCodes.sentence(failure));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            session.ifPresent(Session::close);
            session = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private Session logIn() {
        slot = find(module, config);
        if ((slot.flags() & Ck.CKF_USER_PIN_LOCKED) != 0) {
            throw unavailable(new TokenFailure("C_GetTokenInfo", Ck.CKR_PIN_LOCKED));
        }
        if ((slot.flags() & Ck.CKF_USER_PIN_FINAL_TRY) != 0) {
            throw new EnclaveUnavailable("the token " + name()
                    + " locks with the next wrong PIN: log in once with the token's own tool, then start again");
        }
        byte[] pin = pin();
        try {
            Session fresh = Session.open(module, slot.id(), pin);
            logins++;
            return fresh;
        } finally {
            Wipe.octets(pin);
        }
    }

    private byte[] pin() {
        try {
            OwnerOnly.require(config.pinFile(), "the token's PIN");
            return FirstLine.of(config.pinFile());
        } catch (IOException e) {
            throw new EnclaveUnavailable("the PIN file " + config.pinFile()
                    + " can't be read: put the token's user PIN in it, readable by this user only (--pin-file)");
        }
    }

    private static Cryptoki.Slot find(Cryptoki module, TokenConfig config) {
        List<Cryptoki.Slot> all = module.slots();
        List<Cryptoki.Slot> fitting = all.stream()
                .filter(s -> config.slot().isPresent()
                        ? s.id() == config.slot().getAsLong()
                        : s.label().equals(config.label().orElse("")))
                .toList();
        String wanted = config.slot().isPresent()
                ? "in slot " + config.slot().getAsLong()
                : "\"" + config.label().orElse("") + "\"";
        if (fitting.isEmpty()) {
            String there = all.stream()
                    .map(Cryptoki.Slot::label)
                    .filter(l -> !l.isEmpty())
                    .map(l -> "\"" + l + "\"")
                    .collect(Collectors.joining(", "));
            throw new EnclaveUnavailable("there is no token " + wanted + " (there is "
                    + (there.isEmpty() ? "none" : there) + "): insert it, or name another with --token or --slot");
        }
        if (fitting.size() > 1) {
            throw new EnclaveUnavailable(
                    "there are two tokens " + wanted + ": name the slot of one with --slot, or give one another label");
        }
        return fitting.get(0);
    }
}
