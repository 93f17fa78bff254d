package org.sealpost.e2e.provisioning;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.provisioning.FunctionState.Kind;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * One run of a client with its MEF or MAF, after the TLS handshake: gives the requests, takes the answers. Whatever an answer guards is in the state before the next request is
 * given, and what a request stakes is in the state before it is given: so the caller keeps the state before it sends. Not thread-safe.
 */
public final class ProvisioningClient {
    private static final long LIFETIME = 180L * 86_400;
    private static final long RENEW_BEFORE = 7L * 86_400;
    private static final int INSTANCE = 16;
    private static final int KEY = 32;
    private static final Set<String> ROLES = Set.of("DEVICE", "AGENT", "SERVER", "MAF");

    private final Wish wish;
    private final Identity identity;
    private final ProvisioningKeys.Exported exported;
    private final List<Learned> learned = new ArrayList<>();
    private final Deque<ProvisioningResponse.Change> changes = new ArrayDeque<>();
    private Awaiting awaiting = Awaiting.NOTHING;
    private Optional<ClientCommand> command = Optional.empty();
    private Optional<ClientCommand.Arguments.Node> node = Optional.empty();
    private Optional<ProvisioningResponse.Change> change = Optional.empty();
    private boolean more;
    private long retrySeconds;

    private enum Awaiting {
        NOTHING,
        REGISTRATION,
        CONFIGURATION,
        COMMAND,
        KEY_REGISTRATION,
        CHANGES,
        KEY,
        DONE
    }

    /** What a run is for. */
    public sealed interface Wish {
        /** Register, be told what to do, do it. */
        record Enrol() implements Wish {}

        /** Ask again for commands, of a registration that stands; else as {@link Enrol}. */
        record Return() implements Wish {}

        /** Follow the keys that this client is a target of. */
        record Follow() implements Wish {}

        /** Register a key (at a MAF: of this connection) for a usage and targets. */
        record Register(int usage, List<String> targets) implements Wish {}

        /** Get one key by its id. */
        record Retrieve(String relativeKeyId) implements Wish {}

        /** Have a client revoked, as the administrating stakeholder. */
        record Revoke(String identity, String reason) implements Wish {}
    }

    /**
     * Who the client is.
     *
     * @param identity absolute, or a MAF's FQDN; empty when it does not know
     * @param publicKeys as in a client registration
     * @param rootKey public JWK of an authority
     */
    public record Identity(Optional<String> identity, Optional<String> publicKeys, Optional<String> rootKey) {}

    /**
     * A key that the client has from now on, or has not any more.
     *
     * @param peer at a target the source; at the source the (first) target
     * @param peerKey of a source its public keys, of a target its root key
     * @param ended empty, or why it ended
     */
    public record Learned(
            int usage,
            String keyId,
            String peer,
            Optional<String> peerKey,
            Optional<String> uri,
            String role,
            byte[] value,
            long expirationTime,
            boolean own,
            String ended) {
        @Override
        public String toString() {
            return "Learned[" + keyId + "]";
        }
    }

    /** What to do next. */
    public sealed interface Step {
        /** @param secret beside the request; wiped by the caller once it was sent */
        record Send(ProvisioningRequest request, byte[] secret) implements Step {
            @Override
            public String toString() {
                return "Send[" + request + "]";
            }
        }

        /**
         * The end.
         *
         * @param retrySeconds when to come again, as the function asks; 0 when it does not
         */
        record Finished(List<Learned> learned, long retrySeconds) implements Step {
            public Finished {
                learned = List.copyOf(learned);
            }
        }
    }

    /** A run over a connection that is established. */
    public ProvisioningClient(Wish wish, Identity identity, ProvisioningKeys.Exported exported) {
        this.wish = wish;
        this.identity = identity;
        this.exported = exported;
    }

    /** Keys learned so far; the caller takes them before the run goes on, and each once. */
    public List<Learned> takeLearned() {
        List<Learned> taken = List.copyOf(learned);
        learned.clear();
        return taken;
    }

    /** Overwrites the exported key. */
    public void wipe() {
        Wipe.octets(exported.key());
    }

    /** The first request. */
    public Step start(ClientState state, long now, SecureRandom random) {
        boolean registered = !state.registration.isEmpty()
                && state.expirationTime > now + RENEW_BEFORE
                && !(wish instanceof Wish.Enrol);
        if (registered) {
            return begin(state, now);
        }
        if (state.instance.isEmpty()) {
            byte[] instance = new byte[INSTANCE];
            random.nextBytes(instance);
            state.instance = HexFormat.of().formatHex(instance);
        }
        if (state.kind == Kind.MEF) {
            Wipe.octets(state.pendingKey);
            state.pendingKey = exported.key().clone();
            state.pendingKeyId = KeyIdentifier.of(exported.id(), state.fqdn).text();
        }
        awaiting = Awaiting.REGISTRATION;
        return new Step.Send(
                new ProvisioningRequest.RegisterClient(
                        state.fqdn,
                        now + LIFETIME,
                        List.of(),
                        admin(state),
                        state.instance,
                        identity.identity(),
                        identity.publicKeys(),
                        identity.rootKey()),
                state.token.clone());
    }

    /**
     * Takes an answer.
     *
     * @throws Refusal what the function refused, or that its answer does not fit
     */
    public Step on(ClientState state, ProvisioningResponse response, byte[] secret, long now) {
        if (response instanceof ProvisioningResponse.Refused refused) {
            return refused(state, refused);
        }
        return switch (awaiting) {
            case REGISTRATION -> registered(state, expect(response, ProvisioningResponse.ClientRegistered.class), now);
            case CONFIGURATION -> configured(state, expect(response, ProvisioningResponse.Configuration.class));
            case COMMAND ->
                commanded(
                        state,
                        expect(response, ProvisioningResponse.Command.class).command(),
                        now);
            case KEY_REGISTRATION ->
                keyRegistered(state, expect(response, ProvisioningResponse.KeyRegistered.class), now);
            case CHANGES -> followed(state, expect(response, ProvisioningResponse.Changes.class));
            case KEY -> key(state, expect(response, ProvisioningResponse.KeyRetrieved.class), secret, now);
            case DONE -> {
                expect(response, ProvisioningResponse.Done.class);
                yield finished();
            }
            case NOTHING -> throw new Refusal(ResponseStatus.BAD_REQUEST, "an answer came that was not asked for");
        };
    }

    private Step begin(ClientState state, long now) {
        if (wish instanceof Wish.Enrol || wish instanceof Wish.Return) {
            awaiting = Awaiting.CONFIGURATION;
            return send(new ProvisioningRequest.RetrieveConfiguration(state.fqdn, state.registration));
        }
        if (wish instanceof Wish.Follow) {
            return follow(state);
        }
        if (wish instanceof Wish.Register r) {
            return registerKey(state, r.usage(), r.targets(), now);
        }
        if (wish instanceof Wish.Retrieve r) {
            awaiting = Awaiting.KEY;
            return send(new ProvisioningRequest.RetrieveKey(r.relativeKeyId()));
        }
        Wish.Revoke r = (Wish.Revoke) wish;
        awaiting = Awaiting.DONE;
        return send(new ProvisioningRequest.RevokeClient(r.identity(), r.reason()));
    }

    private Step registered(ClientState state, ProvisioningResponse.ClientRegistered r, long now) {
        boolean named = !r.registration().isEmpty() && !r.clientId().isEmpty();
        if (!named || r.expirationTime() <= now || !r.adminFqdn().equals(admin(state))) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a registration came back with other terms than asked for");
        }
        if (identity.identity().filter(i -> !i.equals(r.clientId())).isPresent()) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "the function knows this end point under another identity: the operator has to assign it anew");
        }
        state.registration = r.registration();
        state.clientId = r.clientId();
        state.expirationTime = r.expirationTime();
        state.settled = false;
        Wipe.octets(state.token);
        state.token = new byte[0];
        if (state.kind == Kind.MEF) {
            Wipe.octets(state.enrolmentKey);
            state.enrolmentKey = state.pendingKey;
            state.enrolmentKeyId = state.pendingKeyId;
            state.pendingKey = new byte[0];
            state.pendingKeyId = "";
        }
        r.assignedKeyId().ifPresent(id -> state.assignedKeyId = id);
        return begin(state, now);
    }

    private Step configured(ClientState state, ProvisioningResponse.Configuration r) {
        r.nodes().forEach(n -> n.rootKey().ifPresent(Jwk::parse));
        state.configuration.clear();
        r.nodes().forEach(n -> state.configuration.put(n.objectPath(), n));
        awaiting = Awaiting.COMMAND;
        return send(new ProvisioningRequest.RetrieveCommand(state.registration));
    }

    private Step commanded(ClientState state, ClientCommand next, long now) {
        command = Optional.of(next);
        if (next.arguments() instanceof ClientCommand.Arguments.NoMore none) {
            retrySeconds = Math.min(Math.max(0, none.retryDuration()), LIFETIME);
            state.settled = true;
            state.returnAt = retrySeconds == 0 ? 0 : now + retrySeconds;
            return finished();
        }
        if (next.id() <= state.lastCommand && next.status() != CommandStatus.REISSUED) {
            return report(state, CommandStatus.REPEATED_CMD_ID);
        }
        if (next.arguments() instanceof ClientCommand.Arguments.CertificateProvisioning c) {
            return report(
                    state,
                    host(c.uri()).equalsIgnoreCase(state.fqdn)
                            ? CommandStatus.CLASS_NOT_SUPPORTED
                            : CommandStatus.UNACCEPTABLE_ARGUMENTS);
        }
        if (!(next.arguments() instanceof ClientCommand.Arguments.Node n)) {
            return report(state, CommandStatus.CLASS_NOT_SUPPORTED);
        }
        ConfigurationNode parent = state.configuration.get(n.objectPath());
        if (parent == null) {
            return report(state, CommandStatus.MO_NODE_NOT_FOUND);
        }
        if (n.objectType() != ConfigurationNode.AUTHENTICATION_PROFILE || !hasProfiles(parent)) {
            return report(state, CommandStatus.MO_NODE_TYPE_CONFLICT);
        }
        if (!Usage.givenBy(state.kind, n.usage())) {
            return report(state, CommandStatus.MO_NODE_UNACCEPTABLE_ARGS);
        }
        if (Usage.esprim(n.usage()) && parent.rootKey().isEmpty()) {
            return report(state, CommandStatus.MO_NODE_INCONSISTENT_CONFIG);
        }
        node = Optional.of(n);
        return registerKey(state, n.usage(), List.of(parent.target()), now);
    }

    private Step registerKey(ClientState state, int usage, List<String> targets, long now) {
        awaiting = Awaiting.KEY_REGISTRATION;
        return send(new ProvisioningRequest.RegisterKey(
                state.fqdn, Math.min(now + LIFETIME, state.expirationTime), List.of(), admin(state), usage, targets));
    }

    /** Verifies the answer against what was asked for (TS-0003 8.3.9.9.4) before the key counts. */
    private Step keyRegistered(ClientState state, ProvisioningResponse.KeyRegistered r, long now) {
        int usage = node.map(ClientCommand.Arguments.Node::usage).orElseGet(() -> ((Wish.Register) wish).usage());
        List<String> targets =
                node.map(n -> List.of(parent(state, n).target())).orElseGet(() -> ((Wish.Register) wish).targets());
        boolean fits = r.usage() == usage
                && r.targets().equals(targets)
                && r.expirationTime() > now
                && r.sourceClientId().equals(state.clientId)
                && r.adminFqdn().equals(admin(state));
        if (!fits) {
            if (command.isPresent()) {
                return report(state, CommandStatus.MO_NODE_EXECUTION_ERROR);
            }
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a key registration came back with other terms");
        }
        String keyId = new KeyIdentifier(r.relativeKeyId(), state.fqdn).text();
        byte[] value = state.kind == Kind.MEF
                ? ProvisioningKeys.forUsage(state.enrolmentKey, usage, targets.get(0))
                : exported.key().clone();
        boolean known = Optional.ofNullable(state.keys.get(keyId.toLowerCase(Locale.ROOT)))
                .filter(k -> MessageDigest.isEqual(k.value(), value))
                .isPresent();
        state.keys.values().removeIf(k -> k.usage() == usage && k.targets().equals(targets));
        state.keys.put(
                keyId.toLowerCase(Locale.ROOT),
                new ClientState.Held(keyId, usage, state.clientId, targets, r.expirationTime(), value));
        Optional<ConfigurationNode> parent = node.map(n -> parent(state, n));
        if (known) {
            // The pairwise key that came of it may have been renewed since: what the function says again is no news.
            return command.isPresent() ? report(state, CommandStatus.OK) : finished();
        }
        learned.add(new Learned(
                usage,
                keyId,
                targets.get(0),
                parent.flatMap(ConfigurationNode::rootKey),
                parent.flatMap(ConfigurationNode::uri),
                "",
                value,
                r.expirationTime(),
                true,
                ""));
        return command.isPresent() ? report(state, CommandStatus.OK) : finished();
    }

    private Step report(ClientState state, CommandStatus status) {
        long id = command.orElseThrow().id();
        state.lastCommand = Math.max(state.lastCommand, id);
        node = Optional.empty();
        awaiting = Awaiting.COMMAND;
        return send(new ProvisioningRequest.ReportCommand(state.registration, id, status));
    }

    private Step follow(ClientState state) {
        awaiting = Awaiting.CHANGES;
        return send(new ProvisioningRequest.RetrieveChanges(state.followed));
    }

    private Step followed(ClientState state, ProvisioningResponse.Changes r) {
        long last = state.followed;
        for (ProvisioningResponse.Change c : r.changes()) {
            if (c.sequence() <= last) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "a change came that was not asked for, or out of order");
            }
            last = c.sequence();
            KeyIdentifier.parse(c.relativeKeyId() + "@" + state.fqdn);
        }
        changes.addAll(r.changes());
        more = r.more();
        return nextChange(state);
    }

    private Step nextChange(ClientState state) {
        while (!changes.isEmpty()) {
            ProvisioningResponse.Change c = changes.remove();
            if (c.ended().isEmpty()) {
                change = Optional.of(c);
                awaiting = Awaiting.KEY;
                return send(new ProvisioningRequest.RetrieveKey(c.relativeKeyId()));
            }
            String keyId = c.relativeKeyId() + "@" + state.fqdn;
            state.keys.remove(keyId.toLowerCase(Locale.ROOT));
            learned.add(new Learned(
                    c.usage(),
                    keyId,
                    c.sourceClientId(),
                    Optional.empty(),
                    Optional.empty(),
                    "",
                    new byte[0],
                    0,
                    false,
                    c.ended()));
            state.followed = Math.max(state.followed, c.sequence());
        }
        return more ? follow(state) : finished();
    }

    private Step key(ClientState state, ProvisioningResponse.KeyRetrieved r, byte[] value, long now) {
        boolean fits = change.map(
                        c -> c.usage() == r.usage() && c.sourceClientId().equals(r.sourceClientId()))
                .orElse(true);
        boolean known = ROLES.contains(r.role()) && !r.adminFqdn().isEmpty();
        if (!fits || !known || value.length != KEY || r.expirationTime() <= now) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a key came back with other terms than it was listed with");
        }
        String relative = change.map(ProvisioningResponse.Change::relativeKeyId)
                .orElseGet(() -> ((Wish.Retrieve) wish).relativeKeyId());
        String keyId = relative + "@" + state.fqdn;
        byte[] copy = value.clone();
        state.keys.put(
                keyId.toLowerCase(Locale.ROOT),
                new ClientState.Held(keyId, r.usage(), r.sourceClientId(), List.of(), r.expirationTime(), copy));
        learned.add(new Learned(
                r.usage(),
                keyId,
                r.sourceClientId(),
                r.publicKeys(),
                Optional.empty(),
                r.role(),
                copy,
                r.expirationTime(),
                false,
                ""));
        if (change.isEmpty()) {
            return finished();
        }
        state.followed = Math.max(state.followed, change.get().sequence());
        change = Optional.empty();
        return nextChange(state);
    }

    /** A key may end between its listing and its retrieval: then the list goes on. */
    private Step refused(ClientState state, ProvisioningResponse.Refused refused) {
        if (awaiting == Awaiting.KEY && change.isPresent() && refused.status() == ResponseStatus.NOT_FOUND) {
            state.followed = Math.max(state.followed, change.get().sequence());
            change = Optional.empty();
            return nextChange(state);
        }
        if (awaiting == Awaiting.KEY_REGISTRATION && command.isPresent()) {
            return report(state, CommandStatus.MO_NODE_EXECUTION_ERROR);
        }
        if (refused.status() == ResponseStatus.SECURITY_ASSOCIATION_REQUIRED) {
            state.registration = "";
        }
        throw new Refusal(refused.status(), refused.sentence());
    }

    private Step finished() {
        awaiting = Awaiting.NOTHING;
        return new Step.Finished(List.of(), retrySeconds);
    }

    private static boolean hasProfiles(ConfigurationNode node) {
        return node.objectType() == ConfigurationNode.DATA_COLLECTION
                || node.objectType() == ConfigurationNode.MAF_REGISTRATION;
    }

    private static ConfigurationNode parent(ClientState state, ClientCommand.Arguments.Node n) {
        return Optional.ofNullable(state.configuration.get(n.objectPath())).orElseThrow();
    }

    private static Step send(ProvisioningRequest request) {
        return new Step.Send(request, new byte[0]);
    }

    /** The administrating stakeholder: the one that operates the function. */
    private static String admin(ClientState state) {
        return state.fqdn;
    }

    private static String host(String uri) {
        int from = uri.indexOf("://");
        String rest = from < 0 ? uri : uri.substring(from + 3);
        int end = rest.indexOf('/');
        String authority = end < 0 ? rest : rest.substring(0, end);
        int colon = authority.lastIndexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static <T extends ProvisioningResponse> T expect(ProvisioningResponse response, Class<T> type) {
        if (!type.isInstance(response)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the function answered another question");
        }
        return type.cast(response);
    }
}
