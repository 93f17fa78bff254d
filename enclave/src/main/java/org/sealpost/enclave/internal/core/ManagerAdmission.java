package org.sealpost.enclave.internal.core;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.e2e.Es256;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.manager.Groupcomm;
import org.sealpost.group.manager.GroupcommFailure;
import org.sealpost.group.manager.JoinRequest;
import org.sealpost.oscore.Credential;

/** Who may do what at a group manager. */
final class ManagerAdmission {
    private final Vault vault;
    private final Function<String, byte[]> challenge;

    /** @param challenge N_S of a client */
    ManagerAdmission(Vault vault, Function<String, byte[]> challenge) {
        this.vault = vault;
        this.challenge = challenge;
    }

    /** The credential is the one that belongs to the enrolled key, and its owner has proved it. */
    void requireCredential(ManagerCaller caller, JoinRequest join, boolean member) {
        byte[] own = Credential.of(caller.identity(), Jwk.parse(caller.peer().signatureKey()))
                .octets();
        byte[] given = join.credential()
                .orElseThrow(() -> GroupcommFailure.badRequest(
                        Groupcomm.WRONG_CREDENTIAL, "who sends messages has a credential: give client_cred"));
        boolean known = given.length == 0 && member;
        if (!known && !Arrays.equals(given, own)) {
            throw GroupcommFailure.badRequest(
                    Groupcomm.WRONG_CREDENTIAL,
                    "a credential is the CWT Claims Set {2: identity, 8: {1: key}} of the key that was enrolled, octet for octet");
        }
        if (join.proof().isEmpty() && member) {
            return;
        }
        boolean proved = Es256.verifies(
                Jwk.parse(caller.peer().signatureKey()),
                join.proofInput(challenge.apply(caller.identity())),
                join.proof().orElse(new byte[0]));
        if (!proved) {
            throw GroupcommFailure.badRequest(
                    Groupcomm.WRONG_PROOF, "client_cred_verify is no signature of scope, N_S and cnonce by that key");
        }
    }

    static void requireRoles(ManagerCaller caller, long roles) {
        boolean monitorToo = (roles & Groupcomm.MONITOR) != 0 && roles != Groupcomm.MONITOR;
        long known = Groupcomm.REQUESTER | Groupcomm.RESPONDER | Groupcomm.MONITOR;
        if (roles == 0 || (roles & ~known) != 0 || monitorToo) {
            throw GroupcommFailure.badRequest("roles to join with are requester, responder or both, or monitor alone");
        }
        if ((roles & Groupcomm.REQUESTER) != 0 && !caller.agent()) {
            throw GroupcommFailure.forbidden("a device is not let to command: join as responder or monitor");
        }
    }

    static void requireVerifier(ManagerCaller caller) {
        if (!caller.verifier()) {
            throw GroupcommFailure.forbidden(
                    Groupcomm.VERIFIERS_ONLY, "this is for an agent that is no member and checks signatures");
        }
    }

    StateImage.Node requireMember(ManagerCaller caller) {
        return joined(caller)
                .filter(n -> caller.member().isPresent())
                .orElseThrow(() ->
                        GroupcommFailure.forbidden(Groupcomm.MEMBERS_ONLY, "this is for members that have joined"));
    }

    Optional<StateImage.Node> joined(ManagerCaller caller) {
        return Optional.ofNullable(vault.state().authority.orElseThrow().managed.get(caller.key()));
    }
}
