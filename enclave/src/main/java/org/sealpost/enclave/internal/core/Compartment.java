package org.sealpost.enclave.internal.core;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.internal.SealedState;
import org.sealpost.enclave.internal.SecretObserver;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.enclave.internal.custody.SoftwareCustody;
import org.sealpost.onem2m.Refusal;

/** An enclave's compartment: each call runs alone, on state that is sealed to disk before the call returns. */
public final class Compartment implements Enclave {
    private final ReentrantLock lock = new ReentrantLock();
    private final Attestation attestation;
    private final EnrolmentPart enrolment;
    private final EndingPart endings;
    private final CredentialsPart credentials;
    private final EsprimPart esprim;
    private final KeyRing keys;
    private final CertificatePart certificates;
    private final RenewalPart renewals;
    private final MemberPart member;
    private final BlocksPart blocks;
    private final CommanderPart commander;
    private final AuthorityPart authority;
    private final ClientPart client;
    private final FunctionPart function;
    private final DataPart data;
    private final GroupOscorePart oscore;
    private final ManagerPart manager;
    private final Refusals refusals = new Refusals();

    /** A compartment on its state; reads it now. */
    public Compartment(
            String name,
            Attestation attestation,
            SealedState store,
            InstantSource clock,
            SecureRandom random,
            SecretObserver observer) {
        this(name, attestation, store, clock, random, observer, new SoftwareCustody(random, observer));
    }

    /** As above, with keys in somebody else's hands. */
    public Compartment(
            String name,
            Attestation attestation,
            SealedState store,
            InstantSource clock,
            SecureRandom random,
            SecretObserver observer,
            KeyCustody custody) {
        Vault vault = new Vault(name, store, clock, random, observer, custody);
        Epochs epochs = new Epochs(vault);
        this.attestation = attestation;
        this.endings = new EndingPart(vault, epochs);
        this.credentials = new CredentialsPart(vault, epochs, endings);
        this.keys = new KeyRing(vault);
        this.certificates = new CertificatePart(vault, keys);
        this.enrolment = new EnrolmentPart(vault, attestation, certificates);
        this.renewals = new RenewalPart(vault, keys, certificates);
        this.authority = new AuthorityPart(vault, epochs, certificates, endings);
        this.esprim = new EsprimPart(vault, credentials, authority, epochs, keys, renewals, endings);
        this.member = new MemberPart(vault, epochs, credentials);
        this.blocks = new BlocksPart(vault, epochs);
        this.commander = new CommanderPart(vault, epochs, credentials);
        this.client = new ClientPart(vault, new ProvisionedPart(vault, enrolment, authority, esprim, keys));
        this.function = new FunctionPart(vault);
        this.data = new DataPart(vault);
        this.oscore = new GroupOscorePart(vault, epochs, credentials, member, commander);
        endings.onForgotten(oscore::forgetSeats);
        this.manager = new ManagerPart(vault, epochs);
    }

    @Override
    public Attestation attest() {
        return attestation;
    }

    @Override
    public Map<String, Long> counters() {
        return refusals.counts();
    }

    @Override
    public EnrolmentRequest enrolmentRequest(String identity) {
        return alone(() -> enrolment.request(identity));
    }

    @Override
    public EnrolmentFacts acceptEnrolment(String enrolmentPackage) {
        return alone(() -> {
            EnrolmentFacts facts = enrolment.accept(enrolmentPackage);
            esprim.forget(facts.server());
            return facts;
        });
    }

    @Override
    public Optional<EnrolmentFacts> enrolment() {
        return alone(enrolment::facts);
    }

    @Override
    public String receiverRandObject(String requester) {
        return alone(() -> esprim.receiverRandObject(requester));
    }

    @Override
    public Optional<WantedKey> wantedKey(String esprimObject) {
        return alone(() -> esprim.wantedKey(esprimObject));
    }

    @Override
    public String sharedRandObject() {
        return alone(esprim::sharedRandObject);
    }

    @Override
    public boolean hasSession(String peer) {
        return alone(() -> esprim.hasSession(peer));
    }

    @Override
    public SealedRequest sealRequest(String peer, Optional<String> receiverRandObject, byte[] innerRequest) {
        return alone(() -> esprim.sealRequest(peer, receiverRandObject, innerRequest));
    }

    @Override
    public OpenedRequest openRequest(String esprimObject) {
        return alone(() -> esprim.openRequest(esprimObject));
    }

    @Override
    public String sealResponse(String exchange, byte[] innerResponse) {
        return alone(() -> esprim.sealResponse(exchange, innerResponse));
    }

    @Override
    public OpenedResponse openResponse(String exchange, String esprimObject) {
        return alone(() -> esprim.openResponse(exchange, esprimObject));
    }

    @Override
    public SealedRequest sealConfirmation(String group, Optional<String> receiverRandObject) {
        return alone(() -> esprim.sealConfirmation(group, receiverRandObject));
    }

    @Override
    public KeyMessage answerKeyEstablishment(String requester, byte[] message) {
        return alone(() -> new KeyMessage(certificates.answer(requester, message), Optional.empty()));
    }

    @Override
    public void setPeerPolicies(Map<String, PeerPolicy> policies) {
        alone(() -> {
            renewals.setPolicies(policies);
            return policies;
        });
    }

    @Override
    public void trustCertificates(CertificateTrust trust) {
        alone(() -> {
            certificates.trust(trust);
            return trust;
        });
    }

    @Override
    public RenewalStep nextRenewal(String peer) {
        return alone(() -> renewals.next(peer));
    }

    @Override
    public KeyMessage startKeyEstablishment(String peer) {
        return alone(() -> {
            renewals.forget(peer);
            return certificates.start(peer);
        });
    }

    @Override
    public KeyMessage continueKeyEstablishment(String peer, byte[] message) {
        return alone(() -> certificates.proceed(peer, message));
    }

    @Override
    public SealedRequest sealRenewal(String peer, Optional<String> receiverRandObject) {
        return alone(() -> esprim.sealRenewal(peer, receiverRandObject));
    }

    @Override
    public List<PairwiseFacts> pairwiseKeys() {
        return alone(() -> keys.peers().stream().map(keys::facts).toList());
    }

    @Override
    public String certificateRequest() {
        return alone(certificates::request);
    }

    @Override
    public void installCertificate(String chain) {
        alone(() -> {
            certificates.installForeign(chain);
            return chain;
        });
    }

    @Override
    public String capabilities() {
        return alone(renewals::capabilities);
    }

    @Override
    public List<HeldCredential> credentials() {
        return alone(credentials::held);
    }

    @Override
    public EpochVerdict installEpoch(String group, byte[] latest) {
        return alone(() -> blocks.take(group, latest));
    }

    @Override
    public String sealReading(String group, byte[] reading) {
        return alone(() -> member.sealReading(group, reading));
    }

    @Override
    public Reading openReading(String envelope) {
        return alone(() -> member.openReading(envelope));
    }

    @Override
    public CommandVerdict openCommand(String envelope) {
        return alone(() -> member.openCommand(envelope));
    }

    @Override
    public List<CommandVerdict.Execute> unfinishedCommands() {
        return alone(member::unfinished);
    }

    @Override
    public String acknowledge(String command, String outcome, String detail) {
        return alone(() -> member.acknowledge(command, outcome, detail));
    }

    @Override
    public DelegationFacts acceptDelegation(String delegation) {
        return alone(() -> commander.acceptDelegation(delegation));
    }

    @Override
    public SealedCommand sealCommand(CommandOrder order) {
        return alone(() -> commander.seal(order));
    }

    @Override
    public Optional<SealedCommand> renewCommand(long commandId) {
        return alone(() -> commander.renew(commandId));
    }

    @Override
    public Acknowledgement openAcknowledgement(String envelope) {
        return alone(() -> commander.open(envelope));
    }

    @Override
    public ProtectedCommand protectCommand(long commandId) {
        return alone(() -> oscore.protect(commandId));
    }

    @Override
    public Acknowledgement openProtectedAcknowledgement(String exchange, byte[] option, byte[] payload) {
        return alone(() -> oscore.openAcknowledgement(exchange, option, payload));
    }

    @Override
    public String learnCommander(String proof) {
        return alone(() -> oscore.learn(proof));
    }

    @Override
    public ProtectedVerdict openProtectedCommand(byte[] option, byte[] payload) {
        return alone(() -> oscore.open(option, payload));
    }

    @Override
    public ProtectedAnswer protectAcknowledgement(String exchange, String acknowledgement) {
        return alone(() -> oscore.protectAcknowledgement(exchange, acknowledgement));
    }

    @Override
    public ManagerAnswer answerClient(byte[] option, byte[] payload) {
        return alone(() -> manager.answer(option, payload));
    }

    @Override
    public List<DueRekey> dueRekeys() {
        return alone(manager::dueRekeys);
    }

    @Override
    public RekeyMessage protectRekey(String group, String peer) {
        return alone(() -> manager.rekey(group, peer));
    }

    @Override
    public void confirmRekey(String exchange, byte[] option, byte[] payload) {
        alone(() -> manager.confirm(exchange, option, payload));
    }

    @Override
    public AuthorityFacts found(String identity) {
        return alone(() -> authority.found(identity));
    }

    @Override
    public EnrolledPeer enrolPeer(EnrolmentRequest request, Role role) {
        return alone(() -> {
            EnrolledPeer peer = authority.enrol(request, role);
            esprim.forget(peer.identity());
            return peer;
        });
    }

    @Override
    public void revokePeer(String identity) {
        alone(() -> {
            authority.revoke(identity);
            esprim.forget(identity);
            return identity;
        });
    }

    @Override
    public void createGroup(String group, GroupPolicy policy) {
        alone(() -> {
            authority.createGroup(group, policy);
            return group;
        });
    }

    @Override
    public EpochFacts newEpoch(String group, long fence, List<Member> members) {
        return alone(() -> authority.newEpoch(group, fence, members));
    }

    @Override
    public EpochFacts admit(String group, List<Member> members) {
        return alone(() -> authority.admit(group, members));
    }

    @Override
    public List<Member> members(String group) {
        return alone(() -> authority.members(group));
    }

    @Override
    public Optional<EpochMaterial> epochMaterial(String group) {
        return alone(() -> authority.material(group));
    }

    @Override
    public Optional<String> blockCertificate() {
        return alone(authority::blockCertificate);
    }

    @Override
    public EvictionPreview previewEviction(String group, List<String> identities) {
        return alone(() -> authority.preview(group, identities));
    }

    @Override
    public void prepareGeneration(String group) {
        alone(() -> {
            authority.prepareGeneration(group);
            return group;
        });
    }

    @Override
    public void everybodyIsLabelled(String group, long generation) {
        alone(() -> {
            authority.everybodyIsLabelled(group, generation);
            return group;
        });
    }

    @Override
    public Optional<EpochFacts> currentEpoch(String group) {
        return alone(() -> authority.currentEpoch(group));
    }

    @Override
    public SealedRequest sealCredential(String memberIdentity, Optional<String> receiverRandObject, String group) {
        return alone(() -> esprim.sealCredential(memberIdentity, receiverRandObject, group));
    }

    @Override
    public long endGroup(String group, long least) {
        return alone(() -> endings.end(group, least));
    }

    @Override
    public SealedRequest sealEnding(String memberIdentity, Optional<String> receiverRandObject, String group) {
        return alone(() -> esprim.sealEnding(memberIdentity, receiverRandObject, group));
    }

    @Override
    public void limitGroup(String group, long notAfter) {
        alone(() -> {
            endings.limit(group, notAfter);
            return group;
        });
    }

    @Override
    public String sealCredentialResponse(String exchange, String innerRequestId, String group) {
        return alone(() -> esprim.sealCredentialResponse(exchange, innerRequestId, group));
    }

    @Override
    public Delegation delegate(
            String agent, List<String> groups, List<String> verbs, List<String> zones, long notAfter) {
        return alone(() -> authority.delegate(agent, groups, verbs, zones, notAfter));
    }

    @Override
    public void bar(String group, String agent, boolean barred) {
        alone(() -> {
            authority.bar(group, agent, barred);
            return group;
        });
    }

    @Override
    public String signCheckpoint(long sequence, byte[] head) {
        return alone(() -> authority.signCheckpoint(sequence, head));
    }

    @Override
    public boolean verifyCheckpoint(String checkpoint, long sequence, byte[] head) {
        return alone(() -> authority.verifyCheckpoint(checkpoint, sequence, head));
    }

    @Override
    public List<ProvisionedPeer> provisionedPeers() {
        return alone(authority::provisionedPeers);
    }

    @Override
    public ManufactureRequest manufactureRequest() {
        return alone(client::manufactureRequest);
    }

    @Override
    public FunctionAccess acceptManufacture(String manufacturePackage) {
        return alone(() -> client.accept(manufacturePackage));
    }

    @Override
    public DeviceCertificateRequest deviceCertificateRequest(String hardwareType, String serial) {
        return alone(() -> client.deviceCertificateRequest(hardwareType, serial));
    }

    @Override
    public FunctionAccess acceptDeviceCertificate(DeviceCredential credential) {
        return alone(() -> client.accept(credential));
    }

    @Override
    public List<FunctionAccess> functions() {
        return alone(client::functions);
    }

    @Override
    public List<ProvisionedKey> provisionedKeys() {
        return alone(client::keys);
    }

    @Override
    public ExchangeStep openExchange(String functionName, ExchangeGoal goal, Optional<String> identity) {
        return alone(() -> client.open(functionName, goal, identity));
    }

    @Override
    public ExchangeStep continueExchange(String exchange, byte[] received) {
        return alone(() -> client.go(exchange, received));
    }

    @Override
    public void dropExchange(String exchange) {
        alone(() -> {
            client.drop(exchange);
            return exchange;
        });
    }

    @Override
    public DataPeer dataIdentity() {
        return alone(data::identity);
    }

    @Override
    public void trustDataPeer(DataPeer peer) {
        alone(() -> {
            data.trust(peer);
            return peer;
        });
    }

    @Override
    public FunctionFacts foundFunction(String kind, String fqdn) {
        return alone(() -> function.found(kind, fqdn));
    }

    @Override
    public void askAgainAfter(long seconds) {
        alone(() -> {
            function.askAgainAfter(seconds);
            return seconds;
        });
    }

    @Override
    public ManufacturedClient manufacture(ManufactureRequest request, String clientName, String uri) {
        return alone(() -> function.manufacture(request, clientName, uri));
    }

    @Override
    public String functionAnchor() {
        return alone(() -> function.certificates().anchor());
    }

    @Override
    public void trustManufacturers(CertificateTrust trust) {
        alone(() -> {
            function.certificates().trust(trust);
            return trust;
        });
    }

    @Override
    public String expectDevice(String chain) {
        return alone(() -> function.certificates().expect(chain));
    }

    @Override
    public void assignClient(String credentialId, ClientAssignment assignment) {
        alone(() -> {
            function.assign(credentialId, assignment);
            return credentialId;
        });
    }

    @Override
    public void permitClient(String credentialId) {
        alone(() -> {
            function.permit(credentialId);
            return credentialId;
        });
    }

    @Override
    public List<FunctionEvent> revokeClient(String identityOrCredential, String reason) {
        return alone(() -> function.revoke(identityOrCredential, reason));
    }

    @Override
    public List<ClientFacts> clients() {
        return alone(function::clients);
    }

    @Override
    public String acceptConnection() {
        return alone(function::accept);
    }

    @Override
    public ConnectionStep continueConnection(String connection, byte[] received) {
        return alone(() -> function.go(connection, received));
    }

    @Override
    public void dropConnection(String connection) {
        alone(() -> {
            function.drop(connection);
            return connection;
        });
    }

    @Override
    public String newDataKey(String name, DataUse use) {
        return alone(() -> data.newKey(name, use));
    }

    @Override
    public String shareDataKey(String keyId, List<String> targets) {
        return alone(() -> data.share(keyId, targets));
    }

    @Override
    public String acceptDataKey(String envelope) {
        return alone(() -> data.accept(envelope));
    }

    @Override
    public Protected protectData(DataOrder order) {
        return alone(() -> data.protect(order));
    }

    @Override
    public Opened openData(SecurityClass expected, Optional<String> contentInfo, String content) {
        return alone(() -> data.open(expected, contentInfo, content));
    }

    @Override
    public void close() {
        // nothing to release: the state is on disk after every call
    }

    private <T> T alone(Supplier<T> call) {
        lock.lock();
        try {
            return refusals.seen(call.get());
        } catch (Refusal refusal) {
            refusals.count(refusal.status().code());
            throw refusal;
        } finally {
            lock.unlock();
        }
    }
}
