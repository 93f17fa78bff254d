package org.sealpost.oscore;

import java.util.Optional;

/** Finds a member's credential by its Sender ID; whoever is not a member any more has none. */
@FunctionalInterface
public interface CredentialSource {
    Optional<Credential> credential(byte[] senderId);
}
