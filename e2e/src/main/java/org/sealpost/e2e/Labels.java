package org.sealpost.e2e;

/**
 * Every string that separates one use of a key or signature from another. Derivation labels are inputs of HKDF or HMAC; types stand in
 * the {@code typ} header of JOSE objects and are checked by whoever opens them. Nothing of this kind stands anywhere else.
 */
public final class Labels {
    /** sessionESPrimKey derivation (TS-0003 10.3.8.2); 56 ASCII characters, no terminator. */
    public static final String SESSION_ESPRIM_KEY = "oneM2M HMAC-SHA256 sessionESPrimKey derivation algorithm";

    /** pairwiseESPrimKey from a Kc; followed by the key's identifier. The standard leaves the string open (TS-0003 8.4.2 A). */
    public static final String CONNECTION_TO_PAIRWISE = "oneM2M Kc to pairwiseESPrimKey derivation";

    /** Key for commands, from an epoch secret. */
    public static final String GROUP_COMMAND = "sealpost/v1/group/command";

    /** Key for acknowledgements, from an epoch secret. */
    public static final String GROUP_ACKNOWLEDGEMENT = "sealpost/v1/group/acknowledgement";

    /** Key for readings, from an epoch secret. */
    public static final String GROUP_READING = "sealpost/v1/group/reading";

    /** Key for confirmation MACs, from an epoch secret. */
    public static final String GROUP_CONFIRMATION = "sealpost/v1/group/confirmation";

    /** What Group OSCORE's secrets come from, from an epoch secret. */
    public static final String GROUP_OSCORE = "sealpost/v1/group/oscore";

    /** Master Secret of Group OSCORE (RFC 10021 section 2.1), from the key above. */
    public static final String OSCORE_MASTER_SECRET = "sealpost/v1/oscore/master-secret";

    /** Master Salt of Group OSCORE, from the same. */
    public static final String OSCORE_MASTER_SALT = "sealpost/v1/oscore/master-salt";

    /** Master Secret of the OSCORE context between an end point and the group manager, from their pairwise key. */
    public static final String MANAGER_CONTEXT = "sealpost/v1/manager/context";

    /** The challenge N_S of RFC 9594, from the same. */
    public static final String MANAGER_CHALLENGE = "sealpost/v1/manager/challenge";

    /** Key-check value, from an epoch secret. */
    public static final String GROUP_KEY_CHECK = "sealpost/v1/group/key-check";

    /** Key of one sender's run, from the key of a use. */
    public static final String GROUP_SENDER = "sealpost/v1/group/sender";

    /** A node's own label, from the secret of a group's tree. */
    public static final String TREE_NODE = "sealpost/v1/tree/node";

    /** The label of a child, from its parent's. */
    public static final String TREE_STEP = "sealpost/v1/tree/step";

    /** The key of a subset, from its label. */
    public static final String TREE_KEY = "sealpost/v1/tree/key";

    /** The key of a box of labels, from the transport key that goes with it. */
    public static final String TREE_TRANSPORT = "sealpost/v1/tree/transport";

    /** What hides an epoch's seed in a block, from the key of a subset. */
    public static final String BLOCK_WRAP = "sealpost/v1/block/wrap";

    /** Commitment of a block to its seed. */
    public static final String BLOCK_COMMITMENT = "sealpost/v1/block/commitment";

    /** An epoch's secret, from the seed that a block carries. */
    public static final String BLOCK_SECRET = "sealpost/v1/block/secret";

    /** An epoch's secret, from the one before, when nobody left. */
    public static final String EPOCH_RATCHET = "sealpost/v1/epoch/ratchet";

    /** What a notice says of its epoch's secret. */
    public static final String EPOCH_CHECK = "sealpost/v1/epoch/check";

    /** What a signature of a block or notice is for. */
    public static final String TYPE_BLOCK = "sealpost/v1/block";

    public static final String TYPE_NOTICE = "sealpost/v1/notice";

    /** A node's key, from the secret of a tree of keys. */
    public static final String LKH_NODE = "sealpost/v1/lkh/node";

    /** What hides a node's next key, from that of a node. */
    public static final String LKH_WRAP = "sealpost/v1/lkh/wrap";

    /** Commitment of a key block to the root's key. */
    public static final String LKH_COMMITMENT = "sealpost/v1/lkh/commitment";

    /** An epoch's secret, from the root's key. */
    public static final String LKH_SECRET = "sealpost/v1/lkh/secret";

    /** What a signature of a key block is for. */
    public static final String TYPE_KEY_BLOCK = "sealpost/v1/lkh";

    /** Key that seals an enclave's state, from its key file. */
    public static final String ENCLAVE_STATE = "sealpost/v1/enclave/state";

    /** Next pairwise key and confirmation key of a renewal, from the old key and an ephemeral agreement. */
    public static final String RENEWAL = "sealpost/v1/pairwise/renewal";

    /** What a device's answer proves with the confirmation key of a renewal. */
    public static final String RENEWAL_ANSWER = "sealpost/v1/pairwise/renewal/answer";

    /** Exporter label of ESCertKE (TS-0003 10.3.1). */
    public static final String EXPORTER_ESCERTKE = "EXPORTER-oneM2M-ESCertKE";

    public static final String TYPE_CERTIFICATE = "sealpost-certificate+jws";
    /** Key that seals an enclave's state, from a root key in a token. */
    public static final String ENCLAVE_STATE_TOKEN = "sealpost/v1/enclave/state-token";

    /** Context of the agreement that a wrapping key travels under. */
    public static final String WRAPPING_AGREEMENT = "sealpost/v1/enrolment/wrapping-agreement";

    /** Exporter (RFC 5705) of an enrolment key and its id, MEF and its client (TS-0003 10.3.1). */
    public static final String EXPORT_ENROLMENT = "EXPORTER-oneM2M-Bootstrap";

    /** Exporter of a key and its id for a registration, MAF and its client (TS-0003 10.3.1). */
    public static final String EXPORT_CONNECTION = "EXPORTER-oneM2M-Connection";

    /** Km from Ke (TS-0003 10.3.2). */
    public static final String ENROLMENT_TO_MASTER = "oneM2M Enrolment Key to Master Credential derivation";

    /** Kpsa from Ke (TS-0003 10.3.3). */
    public static final String ENROLMENT_TO_CONNECTION =
            "oneM2M Enrolment Key to Provisioned Secure Connection Key derivation";

    /** Usage-constrained key from Ke (TS-0003 10.3.7). */
    public static final String ENROLMENT_TO_USAGE =
            "oneM2M Enrolment Key to Usage-Constrained Symmetric Key derivation";

    /** Blocks of the end-to-end master key's expansion, in their order (TS-0003 10.3.6). */
    public static final String E2E_MESSAGE_AUTHENTICATION = "E2E Message Authentication Key";

    public static final String E2E_MESSAGE_CONFIDENTIALITY = "E2E Message Confidentiality Key";
    public static final String E2E_ATTRIBUTE_AUTHENTICITY = "E2E Attribute Authenticity Key";
    public static final String E2E_ATTRIBUTE_CONFIDENTIALITY = "E2E Attribute Confidentiality Key";

    /** Key-wrapping key beside a pairwise key that came from an MEF or MAF, from that key. */
    public static final String PROVISIONED_WRAPPING = "sealpost/v1/provisioned/wrapping";

    public static final String TYPE_MANUFACTURE_ENVELOPE = "sealpost-manufacture+jwe";
    public static final String TYPE_ATTESTATION = "sealpost-attestation+jws";
    public static final String TYPE_ENROLMENT_ENVELOPE = "sealpost-enrolment+jwe";
    public static final String TYPE_ENROLMENT = "sealpost-enrolment+jws";
    public static final String TYPE_CREDENTIAL = "sealpost-credential+jws";
    public static final String TYPE_ENDING = "sealpost-ending+jws";
    public static final String TYPE_COMMAND_ENVELOPE = "sealpost-command+jwe";
    public static final String TYPE_COMMAND = "sealpost-command+jws";
    public static final String TYPE_ACKNOWLEDGEMENT_ENVELOPE = "sealpost-acknowledgement+jwe";
    public static final String TYPE_ACKNOWLEDGEMENT = "sealpost-acknowledgement+jws";
    public static final String TYPE_READING_ENVELOPE = "sealpost-reading+jwe";
    public static final String TYPE_PURPOSE = "sealpost-purpose+jws";
    public static final String TYPE_DELEGATION = "sealpost-delegation+jws";
    public static final String TYPE_CHECKPOINT = "sealpost-checkpoint+jws";
    public static final String TYPE_DATA_ENVELOPE = "sealpost-data+jwe";
    public static final String TYPE_DATA = "sealpost-data+jws";

    private Labels() {}
}
