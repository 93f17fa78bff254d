package org.sealpost.demo.leak;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who may hold what, outside of the enclaves: the table of the architecture as data. What is not listed may stand nowhere that is
 * searched.
 */
public final class Custody {
    /** The plaintext of a command: a marker that the demo puts into its arguments. */
    public static final String COMMAND_PLAINTEXT = "command-plaintext";

    /** The plaintext of a reading. */
    public static final String READING_PLAINTEXT = "reading-plaintext";

    /** What every leak check has to look for, at least: keys of each pair, session, group, epoch and signer, and what they protect. */
    public static final List<String> KINDS = List.of(
            "pairwise-key",
            "wrapping-key",
            "session-key",
            "epoch-secret",
            "epoch-seed",
            "tree-secret",
            "tree-labels",
            "transport-key",
            "block-key",
            "command-key",
            "acknowledgement-key",
            "reading-key",
            "confirmation-key",
            "root-key",
            "signature-key",
            "agreement-key",
            "certificate-key",
            "certificate-root-key",
            COMMAND_PLAINTEXT,
            READING_PLAINTEXT);

    /** What a leak check has to look for beside those, when commands went on the link: Master Secret, Sender Keys and Signature Encryption Key of Group OSCORE. The Common IV is no secret. */
    public static final List<String> LINK_KINDS =
            List.of("group-oscore-key", "oscore-master-secret", "oscore-sender-key", "oscore-signature-encryption-key");

    /** What a leak check has to look for beside those, when devices were provisioned: Kpm, token, Ke, what handshakes export, and usage-constrained keys. */
    public static final List<String> PROVISIONING_KINDS =
            List.of("kpm", "enrolment-token", "enrolment-key", "exported-key", "provisioned-key", "manufacture-key");

    /** What no enclave ever has when keys lie in tokens: made there, and never outside. */
    public static final List<String> IN_TOKENS = List.of(
            "root-key", "signature-key", "agreement-key", "certificate-key", "certificate-root-key", "manufacture-key");

    /** Not a secret: planted to see that the search finds something. */
    static final String CANARY = "canary";

    private static final Set<Place> END_POINTS = EnumSet.of(
            Place.SERVER_FILE,
            Place.SERVER_HEAP,
            Place.AGENT_FILE,
            Place.AGENT_HEAP,
            Place.DEVICE_FILE,
            Place.DEVICE_HEAP);

    /** Kinds that may be seen outside of an enclave, and where. Keys are not among them: no application holds any. */
    private static final Map<String, Set<Place>> ALLOWED =
            Map.of(COMMAND_PLAINTEXT, END_POINTS, READING_PLAINTEXT, END_POINTS, CANARY, EnumSet.allOf(Place.class));

    private Custody() {}

    /** True when a secret of this kind may stand in such a place. */
    public static boolean allows(String kind, Place place) {
        return ALLOWED.getOrDefault(kind, Set.of()).contains(place);
    }
}
