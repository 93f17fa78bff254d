package org.sealpost.enclave.internal.pkcs11;

import java.util.Map;
import java.util.Set;

/** What the return codes of a token mean for the person who runs it. */
final class ReturnCodes {
    /** The session is over; another login may help. */
    private static final Set<Long> LOST = Set.of(
            Ck.CKR_DEVICE_REMOVED,
            Ck.CKR_SESSION_CLOSED,
            Ck.CKR_SESSION_HANDLE_INVALID,
            Ck.CKR_TOKEN_NOT_PRESENT,
            Ck.CKR_TOKEN_NOT_RECOGNIZED,
            Ck.CKR_SLOT_ID_INVALID,
            Ck.CKR_USER_NOT_LOGGED_IN,
            Ck.CKR_KEY_HANDLE_INVALID,
            Ck.CKR_OBJECT_HANDLE_INVALID,
            Ck.CKR_CRYPTOKI_NOT_INITIALIZED);

    private static final Map<Long, String> SENTENCES = Map.ofEntries(
            Map.entry(
                    Ck.CKR_PIN_INCORRECT,
                    "refuses the PIN: correct the PIN file before trying again, tokens lock after a few tries"),
            Map.entry(
                    Ck.CKR_PIN_INVALID,
                    "refuses the PIN: it has characters that this token does not take; correct the PIN file"),
            Map.entry(Ck.CKR_PIN_LEN_RANGE, "refuses the PIN: it is too short or too long; correct the PIN file"),
            Map.entry(
                    Ck.CKR_PIN_EXPIRED,
                    "says that its PIN has expired: set a new one with the token's own tool, and put it in the PIN file"),
            Map.entry(
                    Ck.CKR_PIN_LOCKED,
                    "is locked after too many wrong PINs: unlock it with the security officer's PIN and the token's own tool"),
            Map.entry(Ck.CKR_USER_PIN_NOT_INITIALIZED, "has no user PIN yet: set one with the token's own tool"),
            Map.entry(Ck.CKR_TOKEN_WRITE_PROTECTED, "is write-protected: keys can't be made in it"),
            Map.entry(
                    Ck.CKR_DEVICE_MEMORY, "is full: remove keys that nobody uses any more, with the token's own tool"),
            Map.entry(Ck.CKR_DEVICE_ERROR, "reports an error of its own: see its log, take it out and insert it again"),
            Map.entry(
                    Ck.CKR_GENERAL_ERROR,
                    "reports an error of its own: see its log, and that its storage is there and writable"),
            Map.entry(
                    Ck.CKR_FUNCTION_FAILED,
                    "reports an error of its own: see its log, and that its storage is there and writable"));

    private ReturnCodes() {}

    static boolean lost(long code) {
        return LOST.contains(code);
    }

    /** What comes after the token's name in a sentence. */
    static String sentence(TokenFailure failure) {
        if (lost(failure.code())) {
            return "is gone, or ended its session: insert it; the enclave logs in again with the next call";
        }
        String known = SENTENCES.get(failure.code());
        return (known == null ? "can't do what it was asked: see the module's documentation" : known) + " ("
                + failure.getMessage() + ")";
    }

    /** A code as PKCS#11 writes it. */
    static String name(long code) {
        return "0x" + Long.toHexString(code);
    }
}
