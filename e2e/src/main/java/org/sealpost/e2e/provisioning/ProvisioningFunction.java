package org.sealpost.e2e.provisioning;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.provisioning.FunctionState.Client;
import org.sealpost.e2e.provisioning.FunctionState.Grant;
import org.sealpost.e2e.provisioning.FunctionState.Key;
import org.sealpost.e2e.provisioning.FunctionState.Kind;
import org.sealpost.e2e.provisioning.FunctionState.Registration;
import org.sealpost.e2e.tls.VerifiedCertificate;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * An MEF or MAF without its connections: requests of authenticated clients in, answers out, all state in one object. The caller keeps the state, and sends an
 * answer only after it has kept it. A refusal changes nothing. Not thread-safe.
 */
public final class ProvisioningFunction {
    public static final String SUPERSEDED = "superseded";
    public static final String REENROLLED = "reenrolled";
    public static final String REVOKED = "revoked";

    private static final long YEAR = 365L * 86_400;
    private static final int RELATIVE_ID = 16;
    private static final int KEY = 32;
    private static final int MAX_CHANGES = 32;
    private static final int MAX_PUBLIC_KEYS = 8192;
    private static final int MAX_URI = 512;

    private ProvisioningFunction() {}

    /**
     * An authenticated connection.
     *
     * @param client canonical credential id of the client
     * @param exported Ke and its id at an MEF, Kc and its id at a MAF
     */
    public static final class Session {
        private final String client;
        private final ProvisioningKeys.Exported exported;
        private boolean exportUsed;

        public Session(String client, ProvisioningKeys.Exported exported) {
            this.client = client;
            this.exported = exported;
        }

        /** Overwrites the exported key. */
        public void wipe() {
            Wipe.octets(exported.key());
        }
    }

    /** Something for the audit log; holds no secret. */
    public record Event(String kind, String sentence) {}

    /** A key that came into being. */
    public record Made(String kind, String owner, byte[] key) {
        @Override
        public String toString() {
            return "Made[" + kind + "]";
        }
    }

    /**
     * An answer.
     *
     * @param secret travels beside the response; often empty
     * @param made to be shown to a witness, then forgotten
     */
    public record Answer(ProvisioningResponse response, byte[] secret, List<Event> events, List<Made> made) {
        @Override
        public String toString() {
            return "Answer[" + response + "]";
        }
    }

    /** The key for a {@code psk_identity}, a copy; empty for unknown and revoked clients. */
    public static Optional<byte[]> credential(FunctionState state, String credentialId) {
        return client(state, credentialId)
                .filter(c -> c.revoked.isEmpty() && c.secret.length == KEY)
                .map(c -> c.secret.clone());
    }

    /** The canonical id of the client that a credential id or a certificate's identity stands for. */
    public static Optional<String> clientOf(FunctionState state, String credentialId) {
        return client(state, credentialId).map(c -> canonical(c.credentialId));
    }

    /** True when answering a request may change the state, so that it has to be kept. */
    public static boolean changes(ProvisioningRequest request) {
        return !(request instanceof ProvisioningRequest.RetrieveConfiguration
                || request instanceof ProvisioningRequest.RetrieveKey
                || request instanceof ProvisioningRequest.FetchCredentials
                || request instanceof ProvisioningRequest.RetrieveChanges);
    }

    /**
     * Answers a request; refusals are answers here.
     *
     * @param secret what came beside the request
     * @param now epoch seconds
     */
    public static Answer handle(
            FunctionState state,
            Session session,
            ProvisioningRequest request,
            byte[] secret,
            long now,
            SecureRandom random) {
        List<Event> events = new ArrayList<>();
        try {
            Client client = client(state, session.client)
                    .filter(c -> c.revoked.isEmpty())
                    .orElseThrow(() -> refused("this client was revoked here"));
            return answer(state, session, client, request, secret, now, random, events);
        } catch (Refusal refusal) {
            if (events.isEmpty()) {
                String who =
                        client(state, session.client).map(c -> c.credentialId).orElse("a client");
                events.add(new Event("request.refused", who + ": " + refusal.sentence()));
            }
            return new Answer(
                    new ProvisioningResponse.Refused(refusal.status(), refusal.sentence()),
                    new byte[0],
                    events,
                    List.of());
        }
    }

    private static Answer answer(
            FunctionState state,
            Session session,
            Client client,
            ProvisioningRequest request,
            byte[] secret,
            long now,
            SecureRandom random,
            List<Event> events) {
        if (request instanceof ProvisioningRequest.RegisterClient r) {
            return register(state, session, client, r, secret, now, events);
        }
        if (request instanceof ProvisioningRequest.RegisterKey r) {
            return registerKey(state, session, client, r, secret, now, random, events);
        }
        if (request instanceof ProvisioningRequest.RetrieveKey r) {
            return retrieve(state, client, r, now, events);
        }
        if (request instanceof ProvisioningRequest.FetchCredentials r) {
            return fetch(state, client, r, now, events);
        }
        ProvisioningResponse response;
        if (request instanceof ProvisioningRequest.RetrieveConfiguration r) {
            requireRegistration(state, client, r.fqdn(), r.registration(), now);
            response = new ProvisioningResponse.Configuration(configuration(state, client));
        } else if (request instanceof ProvisioningRequest.UpdateClient r) {
            response = update(state, client, r, now);
        } else if (request instanceof ProvisioningRequest.DeregisterClient r) {
            requireRegistration(state, client, r.fqdn(), r.registration(), now);
            endKeys(state, client, REVOKED);
            client.registration = Optional.empty();
            events.add(new Event("client.deregistered", client.identity));
            response = new ProvisioningResponse.Done();
        } else if (request instanceof ProvisioningRequest.UpdateKey r) {
            response = update(state, client, r, now);
        } else if (request instanceof ProvisioningRequest.DeregisterKey r) {
            Key key = ownKey(state, client, r.fqdn(), r.relativeKeyId(), now);
            end(state, key, REVOKED);
            events.add(new Event("key.deregistered", client.identity + " " + key.relativeId()));
            response = new ProvisioningResponse.Done();
        } else if (request instanceof ProvisioningRequest.RetrieveCommand r) {
            requireRegistration(state, client, state.fqdn, r.registration(), now);
            response = command(state, client);
        } else if (request instanceof ProvisioningRequest.ReportCommand r) {
            requireRegistration(state, client, state.fqdn, r.registration(), now);
            response = report(state, client, r, events);
        } else if (request instanceof ProvisioningRequest.RetrieveChanges r) {
            requireRegistered(client, now);
            response = changes(state, client, r.after(), now);
        } else {
            ProvisioningRequest.RevokeClient r = (ProvisioningRequest.RevokeClient) request;
            if (!client.administrates) {
                throw refused("only the administrating stakeholder's client may revoke others");
            }
            revoke(state, r.identity(), r.reason(), events);
            response = new ProvisioningResponse.Done();
        }
        return new Answer(response, new byte[0], events, List.of());
    }

    private static Answer register(
            FunctionState state,
            Session session,
            Client client,
            ProvisioningRequest.RegisterClient r,
            byte[] token,
            long now,
            List<Event> events) {
        requireFqdn(state, r.fqdn());
        requireFuture(r.expirationTime(), now);
        if (client.identity.isEmpty()) {
            throw new Refusal(
                    ResponseStatus.SERVICE_SUBSCRIPTION_NOT_ESTABLISHED,
                    "no identity is assigned to this credential yet: the operator has to assign one");
        }
        if (r.identity().filter(i -> !i.equals(client.identity)).isPresent()) {
            throw refused("this credential is not assigned to the identity that the client claims");
        }
        if (r.adminFqdn().isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a client registration names no administrating stakeholder");
        }
        requireShort(r.publicKeys());
        r.rootKey().ifPresent(Jwk::parse);
        admit(state, client, r.instance(), token, events);
        long expires = Math.min(r.expirationTime(), now + YEAR);
        String id = client.registration.map(Registration::id).orElseGet(() -> "reg" + (++state.numbers));
        client.registration = Optional.of(new Registration(id, r.adminFqdn(), expires, r.labels()));
        client.publicKeys = r.publicKeys().orElse(client.publicKeys);
        client.rootKey = r.rootKey().orElse(client.rootKey);
        List<Made> made = new ArrayList<>();
        if (state.kind == Kind.MEF) {
            Wipe.octets(client.enrolmentKey);
            client.enrolmentKey = session.exported.key().clone();
            client.enrolmentKeyId =
                    KeyIdentifier.of(session.exported.id(), state.fqdn).text();
            client.outcomes.clear();
            client.issued = Optional.empty();
            made.add(new Made("enrolment-key", client.identity, client.enrolmentKey));
        } else if (client.assignedKeyId.isEmpty()) {
            client.assignedKeyId = "km" + (++state.numbers) + "@" + state.fqdn;
            state.aliases.put(canonical(client.assignedKeyId), canonical(client.credentialId));
        }
        events.add(new Event("client.registered", client.identity + " as " + id));
        return new Answer(
                new ProvisioningResponse.ClientRegistered(
                        id,
                        r.labels(),
                        expires,
                        client.identity,
                        r.adminFqdn(),
                        Optional.of(client.assignedKeyId).filter(a -> !a.isEmpty())),
                new byte[0],
                events,
                made);
    }

    /** Lets an enclave in: the one that was here before, one with the one-time token, or one that the operator permits. */
    private static void admit(FunctionState state, Client client, String instance, byte[] token, List<Event> events) {
        if (instance.isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a client registration names no instance");
        }
        if (instance.equals(client.instance)) {
            return;
        }
        byte[] digest = Sha256.of(token);
        boolean good = token.length > 0 && MessageDigest.isEqual(digest, client.token);
        // a certificate's key never leaves its enclave, so there is one that can be the first
        boolean first = client.instance.isEmpty() && (state.kind == Kind.MAF || client.certified);
        if (!good && !client.permitted && !first) {
            boolean again = token.length > 0 && MessageDigest.isEqual(digest, client.usedToken);
            events.add(
                    again
                            ? new Event("token.reused", client.credentialId + ": its one-time token came again")
                            : new Event("token.refused", client.credentialId + ": without a good one-time token"));
            throw refused(
                    again
                            ? "the one-time enrolment token was used before: the operator has to permit another enrolment"
                            : "this enrolment needs a fresh one-time token, or the operator's permission");
        }
        if (good) {
            client.usedToken = client.token;
            client.token = new byte[0];
            events.add(new Event("token.used", client.credentialId));
        } else if (client.permitted) {
            events.add(new Event("permission.used", client.credentialId));
        }
        client.permitted = false;
        if (!client.instance.isEmpty()) {
            endKeys(state, client, REENROLLED);
            events.add(new Event("client.reenrolled", client.identity + ": the keys of its lost enclave ended"));
        }
        client.instance = instance;
    }

    private static Answer registerKey(
            FunctionState state,
            Session session,
            Client client,
            ProvisioningRequest.RegisterKey r,
            byte[] given,
            long now,
            SecureRandom random,
            List<Event> events) {
        requireFqdn(state, r.fqdn());
        Registration registration = requireRegistered(client, now);
        requireFuture(r.expirationTime(), now);
        if (!r.adminFqdn().equals(registration.adminFqdn())) {
            throw refused("this client is not registered with that administrating stakeholder");
        }
        if (!Usage.givenBy(state.kind, r.usage())) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "no " + state.kind + " gives keys for usage " + r.usage());
        }
        Usage.requireTargets(r.usage(), r.targets());
        if (given.length != 0 && given.length != KEY) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a key value has " + KEY + " octets");
        }
        requireGranted(state, client, r);
        Optional<Key> current = state.keys.values().stream()
                .filter(k -> k.client().equals(canonical(client.credentialId)) && good(k, now))
                .filter(k -> k.usage() == r.usage() && k.targets().equals(r.targets()))
                .findFirst();
        byte[] value;
        byte[] id = new byte[RELATIVE_ID];
        random.nextBytes(id);
        if (given.length == KEY) {
            value = given.clone();
        } else if (state.kind == Kind.MEF) {
            value = ProvisioningKeys.forUsage(
                    client.enrolmentKey, r.usage(), r.targets().get(0));
        } else if (session.exportUsed) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "this connection's key is registered already: connect again for another, or send a key value");
        } else {
            session.exportUsed = true;
            value = session.exported.key().clone();
            id = session.exported.id();
        }
        if (current.filter(k -> MessageDigest.isEqual(k.value(), value)).isPresent()) {
            Wipe.octets(value);
            return new Answer(registered(current.get()), new byte[0], events, List.of());
        }
        state.keys.values().removeIf(k -> !k.ended().isEmpty() && k.expirationTime() < now);
        String relative = HexFormat.of().withUpperCase().formatHex(id);
        Key key = new Key(
                relative,
                canonical(client.credentialId),
                client.identity,
                r.adminFqdn(),
                r.usage(),
                r.targets(),
                Math.min(r.expirationTime(), registration.expirationTime()),
                r.labels(),
                value,
                ++state.sequence,
                "");
        state.keys.put(relative.toLowerCase(Locale.ROOT), key);
        current.ifPresent(k -> end(state, k, SUPERSEDED));
        events.add(new Event(
                "key.registered",
                client.identity + " " + relative + " for usage " + r.usage() + " with " + r.targets()));
        return new Answer(
                registered(key),
                new byte[0],
                events,
                List.of(new Made("provisioned-key", client.identity + " " + relative, value)));
    }

    private static void requireGranted(FunctionState state, Client client, ProvisioningRequest.RegisterKey r) {
        for (String target : r.targets()) {
            boolean mafName = r.usage() == Usage.MASTER && !target.contains("/");
            if (!mafName && new Identifier(target).scope() != Identifier.Scope.ABSOLUTE) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "a target is given by its absolute identity");
            }
            boolean granted = state.kind == Kind.MAF
                    || client.grants.stream()
                            .anyMatch(g -> g.usage() == r.usage() && g.target().equals(target));
            if (!granted) {
                throw refused("the target is not on the list of this client for usage " + r.usage());
            }
        }
    }

    private static Answer retrieve(
            FunctionState state, Client client, ProvisioningRequest.RetrieveKey r, long now, List<Event> events) {
        requireRegistered(client, now);
        Key key = Optional.ofNullable(state.keys.get(r.relativeKeyId().toLowerCase(Locale.ROOT)))
                .filter(k -> good(k, now))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND, "there is no such key here: it expired, was revoked, or never was"));
        if (!key.targets().contains(client.identity)) {
            events.add(new Event(
                    "key.refused", client.identity + " asked for " + key.relativeId() + " and is no target of it"));
            throw refused("this client is not a target of that key");
        }
        Client source = Objects.requireNonNull(state.clients.get(key.client()));
        events.add(new Event("key.retrieved", key.clientId() + " " + key.relativeId() + " by " + client.identity));
        return new Answer(
                new ProvisioningResponse.KeyRetrieved(
                        key.expirationTime(),
                        key.clientId(),
                        key.labels(),
                        key.adminFqdn(),
                        key.usage(),
                        Optional.of(source.publicKeys).filter(k -> !k.isEmpty()),
                        source.role),
                key.value().clone(),
                events,
                List.of());
    }

    /** Enrolee, target and usage have to be on the list; the key is for this target alone. */
    private static Answer fetch(
            FunctionState state, Client client, ProvisioningRequest.FetchCredentials r, long now, List<Event> events) {
        if (state.kind != Kind.MEF) {
            throw new Refusal(ResponseStatus.NOT_IMPLEMENTED, "only an MEF has enrolment keys");
        }
        requireRegistered(client, now);
        String wanted = KeyIdentifier.parse(r.keyId()).canonical();
        Client source = state.clients.values().stream()
                .filter(c -> c.revoked.isEmpty() && !c.enrolmentKeyId.isEmpty())
                .filter(c -> canonical(c.enrolmentKeyId).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "there is no such enrolment key here"));
        boolean granted = source.grants.stream()
                .anyMatch(g -> g.usage() == r.usage() && g.target().equals(client.identity));
        if (!granted) {
            events.add(new Event(
                    "key.refused",
                    client.identity + " asked for usage " + r.usage() + " of " + source.identity
                            + " and is not on its list"));
            throw refused("this target is not on the enrolee's list for usage " + r.usage());
        }
        long until = requireRegistered(source, now).expirationTime();
        events.add(new Event("key.fetched", source.identity + " for usage " + r.usage() + " by " + client.identity));
        return new Answer(
                new ProvisioningResponse.Fetched(source.identity, until - now),
                ProvisioningKeys.forUsage(source.enrolmentKey, r.usage(), client.identity),
                events,
                List.of());
    }

    private static ProvisioningResponse update(
            FunctionState state, Client client, ProvisioningRequest.UpdateClient r, long now) {
        Registration old = requireRegistration(state, client, r.fqdn(), r.registration(), now);
        r.expirationTime().ifPresent(t -> requireFuture(t, now));
        OptionalLong expires = r.expirationTime().isPresent()
                ? OptionalLong.of(Math.min(r.expirationTime().getAsLong(), now + YEAR))
                : OptionalLong.empty();
        client.registration = Optional.of(new Registration(
                old.id(),
                old.adminFqdn(),
                expires.orElse(old.expirationTime()),
                r.labels().orElse(old.labels())));
        return new ProvisioningResponse.Updated(expires, r.labels(), Optional.empty());
    }

    private static ProvisioningResponse update(
            FunctionState state, Client client, ProvisioningRequest.UpdateKey r, long now) {
        Key old = ownKey(state, client, r.fqdn(), r.relativeKeyId(), now);
        r.expirationTime().ifPresent(t -> requireFuture(t, now));
        r.targets().ifPresent(t -> {
            Usage.requireTargets(old.usage(), t);
            requireGranted(
                    state,
                    client,
                    new ProvisioningRequest.RegisterKey(
                            r.fqdn(), old.expirationTime(), List.of(), old.adminFqdn(), old.usage(), t));
            if (!Usage.esdata(old.usage()) && !t.equals(old.targets())) {
                throw refused("a key for one target stays with it: register another key");
            }
        });
        long limit = client.registration.map(Registration::expirationTime).orElse(now);
        OptionalLong expires = r.expirationTime().isPresent()
                ? OptionalLong.of(Math.min(r.expirationTime().getAsLong(), limit))
                : OptionalLong.empty();
        state.keys.put(
                old.relativeId().toLowerCase(Locale.ROOT),
                new Key(
                        old.relativeId(),
                        old.client(),
                        old.clientId(),
                        old.adminFqdn(),
                        old.usage(),
                        r.targets().orElse(old.targets()),
                        expires.orElse(old.expirationTime()),
                        r.labels().orElse(old.labels()),
                        old.value(),
                        ++state.sequence,
                        ""));
        return new ProvisioningResponse.Updated(expires, r.labels(), r.targets());
    }

    /** What a client is told about those it shall share keys with; those that registered no root key yet have none. */
    private static List<ConfigurationNode> configuration(FunctionState state, Client client) {
        List<ConfigurationNode> nodes = new ArrayList<>();
        for (Grant grant : client.grants) {
            boolean maf = grant.usage() == Usage.MASTER;
            Optional<String> root = state.clients.values().stream()
                    .filter(c -> c.identity.equals(grant.target()) && c.revoked.isEmpty())
                    .map(c -> c.rootKey)
                    .filter(k -> !k.isEmpty())
                    .findFirst();
            if (!maf && Usage.esprim(grant.usage()) && root.isEmpty()) {
                throw new Refusal(
                        ResponseStatus.TARGET_NOT_REACHABLE,
                        "the target has not registered its root key here yet: try again later");
            }
            nodes.add(new ConfigurationNode(
                    path(maf, nodes.size()),
                    maf ? ConfigurationNode.MAF_REGISTRATION : ConfigurationNode.DATA_COLLECTION,
                    grant.target(),
                    root,
                    grant.uri()));
        }
        return nodes;
    }

    private static ProvisioningResponse command(FunctionState state, Client client) {
        for (int i = 0; i < client.grants.size(); i++) {
            if (client.outcomes.containsKey(i)) {
                continue;
            }
            int grant = i;
            boolean again = client.issued.filter(c -> c.grant() == grant).isPresent();
            FunctionState.Issued issued =
                    again ? client.issued.orElseThrow() : new FunctionState.Issued(++state.numbers, grant);
            client.issued = Optional.of(issued);
            boolean maf = client.grants.get(i).usage() == Usage.MASTER;
            return new ProvisioningResponse.Command(new ClientCommand(
                    issued.command(),
                    again ? CommandStatus.REISSUED : CommandStatus.ISSUED,
                    new ClientCommand.Arguments.Node(
                            path(maf, i),
                            ConfigurationNode.AUTHENTICATION_PROFILE,
                            client.grants.get(i).usage())));
        }
        return new ProvisioningResponse.Command(new ClientCommand(
                ++state.numbers, CommandStatus.ISSUED, new ClientCommand.Arguments.NoMore(state.retrySeconds)));
    }

    private static ProvisioningResponse report(
            FunctionState state, Client client, ProvisioningRequest.ReportCommand r, List<Event> events) {
        FunctionState.Issued issued = client.issued
                .filter(c -> c.command() == r.command())
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "there is no such command for this client"));
        if (r.status() == CommandStatus.ISSUED || r.status() == CommandStatus.REISSUED) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a client reports what came of a command");
        }
        client.outcomes.put(issued.grant(), r.status().code());
        client.issued = Optional.empty();
        events.add(new Event("command.reported", client.identity + ": command " + r.command() + " " + r.status()));
        return command(state, client);
    }

    private static ProvisioningResponse changes(FunctionState state, Client client, long after, long now) {
        List<Key> all = state.keys.values().stream()
                .filter(k -> k.sequence() > after && k.targets().contains(client.identity))
                .filter(k -> !k.ended().isEmpty() || k.expirationTime() > now)
                .sorted(Comparator.comparingLong(Key::sequence))
                .limit(MAX_CHANGES + 1L)
                .toList();
        return new ProvisioningResponse.Changes(
                all.stream()
                        .limit(MAX_CHANGES)
                        .map(k -> new ProvisioningResponse.Change(
                                k.sequence(), k.relativeId(), k.clientId(), k.usage(), k.ended()))
                        .toList(),
                all.size() > MAX_CHANGES);
    }

    // --- what the operator does
    // ----------------------------------------------------------------------------------------------------

    /**
     * Takes a client in, or gives it a new credential: then the old one is void at once.
     *
     * @param credentialId KpmID, or the id of a Km that an MEF gave
     * @param token one-time; empty when none is needed
     */
    public static void takeIn(FunctionState state, String credentialId, byte[] secret, byte[] token) {
        Client client = state.clients.computeIfAbsent(canonical(credentialId), id -> new Client());
        Wipe.octets(client.secret);
        client.credentialId = credentialId;
        client.secret = secret;
        client.token = token.length == 0 ? token : Sha256.of(token);
        client.revoked = "";
    }

    /**
     * Takes a device in that proves itself by its manufacturer's certificate; harmless when that was done.
     *
     * @param credentialId see {@link CredentialId}
     * @throws Refusal 4105 when it was revoked: a certificate is not given anew
     */
    public static void takeIn(FunctionState state, String credentialId) {
        Client client = state.clients.computeIfAbsent(canonical(credentialId), id -> new Client());
        if (!client.revoked.isEmpty()) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "the device with this certificate was revoked here (" + client.revoked + ")");
        }
        client.credentialId = credentialId;
        client.certified = true;
    }

    /** Why a client whose certificate is good is not let in; empty when it is. */
    public static Optional<String> objection(FunctionState state, VerifiedCertificate certificate) {
        Optional<String> id = CredentialId.ofDevice(certificate).map(CredentialId::toString);
        if (id.isEmpty()) {
            return Optional.of("the client's certificate is no device certificate: it names no hardware");
        }
        Optional<Client> known = client(state, id.get()).filter(c -> c.certified);
        if (known.isEmpty()) {
            return Optional.of("no device with the certificate " + id.get() + " is expected here");
        }
        return known.map(c -> c.revoked)
                .filter(r -> !r.isEmpty())
                .map(r -> "the device with the certificate " + id.get() + " was revoked here");
    }

    /** Says who a client is and what it shall get keys for; what it was granted before is replaced. */
    public static void assign(
            FunctionState state,
            String credentialId,
            String identity,
            String role,
            List<Grant> grants,
            boolean administrates) {
        Client client = required(state, credentialId);
        requireName(identity);
        for (Grant grant : grants) {
            requireName(grant.target());
            boolean reachable = grant.uri()
                    .map(u -> u.startsWith("tls://") && u.length() <= MAX_URI)
                    .orElse(true);
            if (!Usage.givenBy(state.kind, grant.usage()) || !reachable) {
                throw new Refusal(
                        ResponseStatus.BAD_REQUEST,
                        "a grant is for a usage that no " + state.kind
                                + " gives keys for, or its address is not tls://...");
            }
        }
        boolean taken = state.clients.values().stream()
                .anyMatch(c -> c != client && c.identity.equals(identity) && c.revoked.isEmpty());
        if (taken) {
            throw new Refusal(
                    ResponseStatus.CONFLICT, identity + " is assigned to another credential: revoke that one first");
        }
        if (!client.identity.isEmpty() && !client.identity.equals(identity)) {
            endKeys(state, client, REVOKED);
            client.registration = Optional.empty();
        }
        client.identity = identity;
        client.role = role;
        client.grants = new ArrayList<>(grants);
        client.outcomes.clear();
        client.issued = Optional.empty();
        client.administrates = administrates;
    }

    /** Lets a client enrol once more from another enclave, without a token. */
    public static void permit(FunctionState state, String credentialId) {
        required(state, credentialId).permitted = true;
    }

    /** A MAF learned a Km from an MEF: the client it is for has this credential from now on, and no other. */
    public static void takeMaster(
            FunctionState state, String keyId, byte[] master, String identity, String publicKeys, String role) {
        for (Client old : List.copyOf(state.clients.values())) {
            if (old.identity.equals(identity) && !canonical(old.credentialId).equals(canonical(keyId))) {
                remove(state, old, SUPERSEDED);
                state.clients.remove(canonical(old.credentialId));
            }
        }
        takeIn(state, keyId, master, new byte[0]);
        Client client = required(state, keyId);
        client.identity = identity;
        client.publicKeys = publicKeys;
        client.role = role;
    }

    /** A MAF learned that an MEF ended a Km. */
    public static boolean endMaster(FunctionState state, String keyId) {
        Optional<Client> client = client(state, keyId).filter(c -> c.revoked.isEmpty());
        client.ifPresent(c -> remove(state, c, REVOKED));
        return client.isPresent();
    }

    /**
     * Revokes a client and all its keys.
     *
     * @param identityOrCredential its identity or credential id
     * @throws Refusal 4004 when there is none
     */
    public static void revoke(FunctionState state, String identityOrCredential, String reason, List<Event> events) {
        List<Client> found = state.clients.values().stream()
                .filter(c -> !identityOrCredential.isEmpty())
                .filter(c -> c.identity.equals(identityOrCredential)
                        || canonical(c.credentialId).equals(canonical(identityOrCredential)))
                .toList();
        if (found.isEmpty()) {
            throw new Refusal(ResponseStatus.NOT_FOUND, "there is no client " + identityOrCredential + " here");
        }
        for (Client client : found) {
            if (client.revoked.isEmpty()) {
                remove(state, client, REVOKED);
                client.revoked = reason.isEmpty() ? "by operator" : reason;
                events.add(new Event("client.revoked", identityOrCredential + ": " + client.revoked));
            }
        }
    }

    private static void remove(FunctionState state, Client client, String why) {
        endKeys(state, client, why);
        Wipe.octets(client.secret, client.enrolmentKey);
        client.secret = new byte[0];
        client.enrolmentKey = new byte[0];
        client.enrolmentKeyId = "";
        client.registration = Optional.empty();
        client.instance = "";
        client.token = new byte[0];
        client.permitted = false;
        client.revoked = why;
        if (!client.assignedKeyId.isEmpty()) {
            state.aliases.remove(canonical(client.assignedKeyId));
            client.assignedKeyId = "";
        }
    }

    private static void endKeys(FunctionState state, Client client, String why) {
        String id = canonical(client.credentialId);
        List<Key> own = state.keys.values().stream()
                .filter(k -> k.client().equals(id) && k.ended().isEmpty())
                .toList();
        own.forEach(k -> end(state, k, why));
    }

    private static void end(FunctionState state, Key k, String why) {
        Wipe.octets(k.value());
        state.keys.put(
                k.relativeId().toLowerCase(Locale.ROOT),
                new Key(
                        k.relativeId(),
                        k.client(),
                        k.clientId(),
                        k.adminFqdn(),
                        k.usage(),
                        k.targets(),
                        k.expirationTime(),
                        k.labels(),
                        new byte[0],
                        ++state.sequence,
                        why));
    }

    private static Key ownKey(FunctionState state, Client client, String fqdn, String relativeId, long now) {
        requireFqdn(state, fqdn);
        requireRegistered(client, now);
        return Optional.ofNullable(state.keys.get(relativeId.toLowerCase(Locale.ROOT)))
                .filter(k -> k.client().equals(canonical(client.credentialId)) && good(k, now))
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "this client registered no such key"));
    }

    private static ProvisioningResponse registered(Key k) {
        return new ProvisioningResponse.KeyRegistered(
                k.relativeId(), k.expirationTime(), k.clientId(), k.labels(), k.adminFqdn(), k.usage(), k.targets());
    }

    private static boolean good(Key key, long now) {
        return key.ended().isEmpty() && key.expirationTime() > now;
    }

    private static Registration requireRegistration(
            FunctionState state, Client client, String fqdn, String id, long now) {
        requireFqdn(state, fqdn);
        Registration registration = requireRegistered(client, now);
        if (!registration.id().equals(id)) {
            throw new Refusal(ResponseStatus.NOT_FOUND, "there is no such client registration here");
        }
        return registration;
    }

    private static Registration requireRegistered(Client client, long now) {
        return client.registration
                .filter(r -> r.expirationTime() > now)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.SECURITY_ASSOCIATION_REQUIRED,
                        "this client is not registered here, or its registration has expired: register again"));
    }

    private static void requireFqdn(FunctionState state, String fqdn) {
        if (!state.fqdn.equalsIgnoreCase(fqdn)) {
            throw new Refusal(ResponseStatus.NOT_FOUND, "this is another function than the one the request is for");
        }
    }

    private static void requireFuture(long expirationTime, long now) {
        if (expirationTime <= now) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an expirationTime is in the past");
        }
    }

    private static Client required(FunctionState state, String credentialId) {
        return client(state, credentialId)
                .orElseThrow(
                        () -> new Refusal(ResponseStatus.NOT_FOUND, "there is no client " + credentialId + " here"));
    }

    private static Optional<Client> client(FunctionState state, String credentialId) {
        String id = canonical(credentialId);
        Map<String, Client> clients = state.clients;
        return Optional.ofNullable(
                clients.get(Optional.ofNullable(state.aliases.get(id)).orElse(id)));
    }

    /** An absolute identity, or the FQDN of a function. */
    private static void requireName(String name) {
        if (!name.startsWith("//")) {
            new KeyIdentifier("key", name);
        } else if (new Identifier(name).scope() != Identifier.Scope.ABSOLUTE) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an identity is given in its absolute form, //DOMAIN/...");
        }
    }

    private static String path(boolean maf, int index) {
        return (maf ? "MAFClientRegCfg-" : "dataCollection-") + (index + 1);
    }

    private static String canonical(String credentialId) {
        return credentialId.toLowerCase(Locale.ROOT);
    }

    private static void requireShort(Optional<String> publicKeys) {
        if (publicKeys.filter(k -> k.isEmpty() || k.length() > MAX_PUBLIC_KEYS).isPresent()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the public keys of a client are empty or too long");
        }
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, sentence);
    }
}
