package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.data.DataKey;
import org.sealpost.e2e.data.Envelope;
import org.sealpost.e2e.data.EsData;
import org.sealpost.e2e.data.KeyRing;
import org.sealpost.e2e.data.Packaging;
import org.sealpost.e2e.data.Protection;
import org.sealpost.e2e.data.SecurityClass;
import org.sealpost.enclave.DataKeys;
import org.sealpost.enclave.DataKeys.DataOrder;
import org.sealpost.enclave.DataKeys.DataPeer;
import org.sealpost.enclave.DataKeys.DataUse;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.node.JsonNodeFactory;

/** ESData with the keys of this compartment. */
final class DataPart {
    /** What a shared key is, inside its envelope: never given out as data, never taken in as data. */
    private static final String KEY_TYPE = "application/vnd.sealpost.data-key+json";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Set<String> KEY_MEMBERS = Set.of("v", "kid", "use", "k");

    /** Payloads of one direct key that one source encrypts: sixteen sources stay below the 2^32 of TS-0003 8.5.2.2.1. */
    private static final long MOST_DIRECT = 1L << 28;

    private final Vault vault;

    DataPart(Vault vault) {
        this.vault = vault;
    }

    DataPeer identity() {
        StateImage.DataOwn own = own();
        return new DataPeer(own.identity(), own.agreementKey(), own.signatureKey());
    }

    void trust(DataPeer peer) {
        EnrolmentPart.requireAbsolute(peer.identity());
        Jwk.parse(peer.agreementKey());
        Jwk.parse(peer.signatureKey());
        if (peer.identity().equals(own().identity())) {
            throw new Refusal(
                    ResponseStatus.CONFLICT, "an end point's own keys are its own, and not bound from outside");
        }
        vault.change(s -> s.dataPeers.put(peer.identity(), peer));
    }

    String newKey(String name, DataUse use) {
        if (!NAME.matcher(name).matches()) {
            throw refused("a key's name has 1 to 64 letters, digits, - and _");
        }
        String id = prefix(use, own().identity()) + name + "@" + InnerPrimitives.domainOf(own().identity());
        if (!vault.state().dataKeys.containsKey(id)) {
            byte[] key = vault.observed("data-key", id, vault.randomOctets(EnrolmentPart.KEY));
            vault.change(s -> s.dataKeys.put(id, new StateImage.SymmetricDataKey(use.name(), key)));
        }
        return id;
    }

    String share(String keyId, List<String> targets) {
        StateImage.SymmetricDataKey key = symmetric(keyId);
        if (!keyId.startsWith(prefix(DataUse.valueOf(key.use()), own().identity()))) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "a key is shared by the end point that drew it");
        }
        byte[] payload = InnerPrimitives.CODEC.encodeTree(JsonNodeFactory.instance
                .objectNode()
                .put("v", 1)
                .put("kid", keyId)
                .put("use", key.use())
                .put("k", Base64Url.encode(key.key())));
        try {
            Protection order = EsData.text(KEY_TYPE, new String(payload, StandardCharsets.US_ASCII))
                    .signedBy(signer());
            for (String target : targets) {
                order = order.encryptedFor(recipient(target));
            }
            if (targets.isEmpty()) {
                throw refused("a key is shared with somebody: name targets");
            }
            return order.seal(vault.random()).content();
        } finally {
            Wipe.octets(payload);
        }
    }

    String accept(String envelope) {
        org.sealpost.e2e.data.Opened opened = EsData.openAttribute(SecurityClass.NESTED, envelope, ring());
        try {
            if (!opened.mediaType().equals(KEY_TYPE)) {
                throw refused("an envelope holds no key for data");
            }
            Members m = Members.of(InnerPrimitives.CODEC.decodeTree(opened.payload()), "a key for data", KEY_MEMBERS);
            String id = m.text("kid");
            DataUse use = use(m.text("use"));
            byte[] key = Base64Url.decode(m.text("k"));
            String source = opened.verifiedWith().get(0);
            if (!id.startsWith(prefix(use, source)) || key.length != EnrolmentPart.KEY) {
                throw refused("a key for data has an identifier of somebody else, or another length");
            }
            StateImage.SymmetricDataKey before = vault.state().dataKeys.get(id);
            if (before != null && !MessageDigest.isEqual(before.key(), key)) {
                throw new Refusal(
                        ResponseStatus.CONFLICT, "another key has this identifier: its source draws a new one");
            }
            vault.observed("data-key", id, key);
            vault.change(s -> s.dataKeys.put(id, new StateImage.SymmetricDataKey(use.name(), key)));
            return id;
        } finally {
            Wipe.octets(opened.payload());
        }
    }

    DataKeys.Protected protect(DataOrder order) {
        if (order.mediaType().equals(KEY_TYPE)) {
            throw refused("a key is shared, not protected as data");
        }
        Protection protection = order.isText()
                ? EsData.text(order.mediaType(), new String(order.payload(), StandardCharsets.UTF_8))
                : EsData.octets(order.mediaType(), order.payload());
        for (String signer : order.signers()) {
            protection = protection.signedBy(signer.equals(DataOrder.SELF) ? signer() : mac(signer));
        }
        for (String target : order.targets()) {
            protection = protection.encryptedFor(target.startsWith("//") ? recipient(target) : sealing(target));
        }
        if (order.packaging().isPresent()) {
            protection = protection.as(Packaging.valueOf(order.packaging().get().name()));
        }
        Envelope sealed = protection.seal(vault.random());
        return new DataKeys.Protected(sealed.content(), sealed.contentInfo());
    }

    DataKeys.Opened open(DataKeys.SecurityClass expected, Optional<String> contentInfo, String content) {
        SecurityClass wanted = SecurityClass.valueOf(expected.name());
        org.sealpost.e2e.data.Opened opened = contentInfo.isPresent()
                ? EsData.open(wanted, contentInfo.get(), content, ring())
                : EsData.openAttribute(wanted, content, ring());
        if (opened.mediaType().equals(KEY_TYPE)) {
            Wipe.octets(opened.payload());
            throw new Refusal(
                    ResponseStatus.OPERATION_NOT_ALLOWED, "an envelope holds a key: accept it, it is not shown");
        }
        return new DataKeys.Opened(opened.payload(), opened.mediaType(), opened.decryptedWith(), opened.verifiedWith());
    }

    /** The keys of this compartment as a target sees them. */
    private KeyRing ring() {
        return new KeyRing() {
            @Override
            public Optional<DataKey.Opening> opening(String keyId) {
                if (keyId.equals(own().identity())) {
                    return Optional.of(new DataKey.OwnRecipient(keyId, Jwk.privateKey(own().agreement())));
                }
                return Optional.ofNullable(vault.state().dataKeys.get(keyId)).flatMap(k -> switch (use(k.use())) {
                    case DIRECT -> Optional.of(new DataKey.Direct(keyId, k.key()));
                    case WRAPPING -> Optional.of(new DataKey.Wrapping(keyId, k.key()));
                    case MAC -> Optional.empty();
                });
            }

            @Override
            public Optional<DataKey.Verifying> verifying(String keyId) {
                if (keyId.equals(own().identity())) {
                    return Optional.of(new DataKey.Verifier(keyId, Jwk.parse(own().signatureKey())));
                }
                Optional<DataKey.Verifying> peer = Optional.ofNullable(
                                vault.state().dataPeers.get(keyId))
                        .map(p -> new DataKey.Verifier(keyId, Jwk.parse(p.signatureKey())));
                return peer.or(() -> Optional.ofNullable(vault.state().dataKeys.get(keyId))
                        .filter(k -> use(k.use()) == DataUse.MAC)
                        .map(k -> new DataKey.Mac(keyId, k.key())));
            }
        };
    }

    private DataKey.Signer signer() {
        StateImage.DataOwn own = own();
        return new DataKey.Signer(own.identity(), Jwk.privateKey(own.signature()));
    }

    private DataKey.Recipient recipient(String identity) {
        if (identity.equals(own().identity())) {
            return new DataKey.Recipient(identity, Jwk.parse(own().agreementKey()));
        }
        DataPeer peer = Optional.ofNullable(vault.state().dataPeers.get(identity))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "no keys are bound to a target: bind them first"));
        return new DataKey.Recipient(identity, Jwk.parse(peer.agreementKey()));
    }

    private DataKey.Sealing sealing(String keyId) {
        StateImage.SymmetricDataKey key = symmetric(keyId);
        return switch (use(key.use())) {
            case DIRECT -> {
                if (vault.nextCounter("data " + keyId) > MOST_DIRECT) {
                    throw new Refusal(
                            ResponseStatus.ESPRIM_ENCRYPTION_ERROR,
                            "a key has encrypted all that it may directly: draw a new one and share it");
                }
                yield new DataKey.Direct(keyId, key.key());
            }
            case WRAPPING -> new DataKey.Wrapping(keyId, key.key());
            case MAC -> throw refused("a key for MICs does not encrypt");
        };
    }

    private DataKey.Mac mac(String keyId) {
        StateImage.SymmetricDataKey key = symmetric(keyId);
        if (use(key.use()) != DataUse.MAC) {
            throw refused("a key that encrypts makes no MICs");
        }
        return new DataKey.Mac(keyId, key.key());
    }

    private StateImage.SymmetricDataKey symmetric(String keyId) {
        return Optional.ofNullable(vault.state().dataKeys.get(keyId))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "there is no key for data of that identifier here"));
    }

    /** This end point's key pairs, made when they are needed first. */
    private StateImage.DataOwn own() {
        return vault.state()
                .dataOwn
                .orElseGet(() -> vault.change(s -> {
                    StateImage.DataOwn made = make(s.authority
                            .map(a -> a.identity)
                            .or(() -> s.own.map(StateImage.OwnKeys::identity))
                            .orElseThrow(() -> new Refusal(
                                    ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                                    "this end point has no identity yet: make its enrolment request first")));
                    s.dataOwn = Optional.of(made);
                    return made;
                }));
    }

    private StateImage.DataOwn make(String identity) {
        KeyPair agreement = Jwk.generate(vault.random());
        KeyPair signature = Jwk.generate(vault.random());
        return new StateImage.DataOwn(
                identity,
                vault.observed("data-agreement-key", identity, Jwk.scalar((ECPrivateKey) agreement.getPrivate())),
                vault.observed("data-signature-key", identity, Jwk.scalar((ECPrivateKey) signature.getPrivate())),
                Jwk.print((ECPublicKey) agreement.getPublic()),
                Jwk.print((ECPublicKey) signature.getPublic()));
    }

    /** What the Credential-ID of a key begins with: its type, and who drew it. */
    private static String prefix(DataUse use, String identity) {
        int type = switch (use) {
            case DIRECT -> 14;
            case WRAPPING -> 15;
            case MAC -> 16;
        };
        return type + "-" + InnerPrimitives.nameOf(identity) + ".";
    }

    private static DataUse use(String name) {
        for (DataUse use : DataUse.values()) {
            if (use.name().equals(name)) {
                return use;
            }
        }
        throw refused("a key is for a use that is not known");
    }

    private static Refusal refused(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, why);
    }
}
