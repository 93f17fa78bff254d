package org.sealpost.enclave.internal.core;

import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.provisioning.ClientState;
import org.sealpost.e2e.provisioning.FunctionState;
import org.sealpost.e2e.provisioning.ProvisioningClient;
import org.sealpost.e2e.provisioning.ProvisioningClient.Learned;
import org.sealpost.e2e.provisioning.ProvisioningFunction;
import org.sealpost.e2e.provisioning.ProvisioningKeys;
import org.sealpost.e2e.provisioning.Usage;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What keys that came through MEF or MAF do here: a device is enrolled with its server, a server has a peer, a MAF a client. */
final class ProvisionedPart implements ClientPart.Effects {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Vault vault;
    private final EnrolmentPart enrolment;
    private final AuthorityPart authority;
    private final EsprimPart esprim;
    private final KeyRing keys;

    ProvisionedPart(Vault vault, EnrolmentPart enrolment, AuthorityPart authority, EsprimPart esprim, KeyRing keys) {
        this.vault = vault;
        this.enrolment = enrolment;
        this.authority = authority;
        this.esprim = esprim;
        this.keys = keys;
    }

    @Override
    public ProvisioningClient.Identity identity(Optional<String> claimed) {
        Optional<FunctionState> function = vault.state().function;
        if (function.isPresent()) {
            return new ProvisioningClient.Identity(
                    Optional.of(function.get().fqdn), Optional.empty(), Optional.empty());
        }
        Optional<StateImage.Authority> server = vault.state().authority;
        if (server.isPresent()) {
            return new ProvisioningClient.Identity(
                    Optional.of(server.get().identity), Optional.empty(), Optional.of(server.get().rootKey));
        }
        String identity = claimed.or(() -> vault.state().own.map(StateImage.OwnKeys::identity))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "this enclave does not know its identity yet: give one"));
        return new ProvisioningClient.Identity(
                Optional.of(identity),
                Optional.of(MAPPER.writeValueAsString(enrolment.request(identity))),
                Optional.empty());
    }

    @Override
    public boolean apply(StateImage state, Learned learned) {
        if (learned.usage() == Usage.MASTER) {
            return learned.own() ? master(state, learned) : clientOfMaf(state, learned);
        }
        if (!ClientPart.pairwise(learned)) {
            return true;
        }
        forgetCopy(state, learned.keyId());
        if (state.authority.isPresent()) {
            return learned.ended().isEmpty()
                    ? peer(state, learned)
                    : authority.ended(state, learned.peer(), learned.keyId(), learned.ended());
        }
        if (learned.usage() == Usage.MAF_ESPRIM && keys.distributable(learned.peer())) {
            return distributed(state, learned);
        }
        return learned.own() && anchor(state, learned);
    }

    @Override
    public void applied(Learned learned) {
        if (ClientPart.pairwise(learned)) {
            esprim.forget(learned.peer());
        }
        if (ClientPart.pairwise(learned) || learned.usage() == Usage.MASTER) {
            Wipe.octets(learned.value());
        }
    }

    /** A Km with a MAF makes this end point a client of it. */
    private static boolean master(StateImage state, Learned l) {
        ClientState made = ClientPart.client(
                FunctionState.Kind.MAF,
                l.peer(),
                l.uri().orElse(""),
                l.keyId(),
                l.value().clone());
        Optional.ofNullable(state.functions.put(l.peer(), made)).ifPresent(old -> Wipe.octets(old.secret));
        forgetCopy(state, l.keyId());
        return true;
    }

    private static boolean clientOfMaf(StateImage state, Learned l) {
        FunctionState maf = state.function
                .filter(f -> f.kind == FunctionState.Kind.MAF)
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.BAD_REQUEST, "a Km was registered for an end point that is no MAF"));
        forgetCopy(state, l.keyId());
        if (!l.ended().isEmpty()) {
            return ProvisioningFunction.endMaster(maf, l.keyId());
        }
        ProvisioningFunction.takeMaster(
                maf, l.keyId(), l.value().clone(), l.peer(), l.peerKey().orElse(""), l.role());
        return true;
    }

    private boolean peer(StateImage state, Learned l) {
        EnrolmentRequest request;
        try {
            request = MAPPER.readValue(l.peerKey().orElse(""), EnrolmentRequest.class);
        } catch (JacksonException e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the public keys of a provisioned end point are malformed");
        }
        if (!request.identity().equals(l.peer())) {
            throw new Refusal(
                    ResponseStatus.CONFLICT, "the public keys of a provisioned end point are for another one");
        }
        Role role = l.role().equals(Role.AGENT.name()) ? Role.AGENT : Role.DEVICE;
        byte[] wrapping = vault.observed("wrapping-key", l.peer(), ProvisioningKeys.wrapping(l.value()));
        vault.observed("pairwise-key", l.peer(), l.value());
        authority.provisioned(state, request, role, l.keyId(), l.value().clone(), wrapping);
        return true;
    }

    /** A key with an end point that no enrolment brought together with this one. */
    private boolean distributed(StateImage state, Learned l) {
        return l.ended().isEmpty()
                ? keys.distributed().take(state, l.keyId(), l.peer(), l.value(), l.expirationTime())
                : keys.distributed().end(state, l.keyId());
    }

    private boolean anchor(StateImage state, Learned l) {
        String root = l.peerKey()
                .or(() -> state.anchor.filter(a -> a.server().equals(l.peer())).map(StateImage.Anchor::rootKey))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "a key came without its target's root verification key"));
        enrolment.provisioned(state, l.peer(), l.keyId(), l.value().clone(), root);
        return true;
    }

    /** Where a key is put to its use, the copy among the provisioned keys keeps its facts only: so renewing it leaves nothing behind. */
    private static void forgetCopy(StateImage state, String keyId) {
        for (ClientState f : List.copyOf(state.functions.values())) {
            f.keys.computeIfPresent(
                    keyId.toLowerCase(java.util.Locale.ROOT),
                    (id, k) -> new ClientState.Held(
                            k.keyId(), k.usage(), k.source(), k.targets(), k.expirationTime(), new byte[0]));
        }
    }
}
