package org.sealpost.vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.Mode;
import org.sealpost.oscore.PairwiseKeys;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.SignatureAlgorithm;

/** Group OSCORE: what an epoch gives to it, keys, requests and responses in both modes with every algorithm, exchanges that outlive an epoch, and refusals. */
final class GroupOscoreVectors {
    static final String ANNE = "01";
    static final String BERT = "02";
    static final String CARL = "2a01";
    static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";

    private static final long SEED = 0x5ea1_0007L;
    private static final CoapMessage CLOSE = message(0x02, "cmd", "close");
    private static final CoapMessage GET = message(0x01, "state", "");
    private static final CoapMessage DONE = new CoapMessage(0x44, List.of(), Json.utf8("closed"));
    private static final CoapMessage STATE = new CoapMessage(0x45, List.of(), Json.utf8("open"));

    private final Random random = new Random(SEED);
    private final Sheet sheet;

    private GroupOscoreVectors(String header) {
        sheet = new Sheet("Group OSCORE", "docs/vectors.md", header)
                .note("Derivation", "Keys and identifiers.")
                .note("Valid", "Has to be opened, or comes out as it stands.")
                .note("Rekey", "The group went over to another context between request and response.")
                .note("Observe", "More than one response to a request.")
                .note("Malformed", "The OSCORE option, the payload, the credential or what was protected is malformed.")
                .note("Context", "Another group, epoch or sender than the receiver knows.")
                .note("Replay", "Received before, or too old to tell.")
                .note("Window", "Out of order, and not too late.")
                .note("Forged", "Changed, or made by somebody who has the group's keys and not the sender's.")
                .note("Mode", "The receiver or the group does not have the mode.");
    }

    /** What an epoch gives, contexts, credentials, pairwise keys. */
    static byte[] derivation() {
        GroupOscoreVectors made =
                new GroupOscoreVectors("Keys and identifiers of Group OSCORE (RFC 10021) from an epoch's secret.");
        made.epochs();
        made.contexts();
        made.credentials();
        made.pairwiseKeys();
        return made.sheet.print();
    }

    /** Requests, made and opened. */
    static byte[] request() {
        GroupOscoreVectors made =
                new GroupOscoreVectors("Requests under Group OSCORE (RFC 10021), group mode and pairwise mode.");
        for (GroupAlgorithms algorithms : all()) {
            made.requests(algorithms);
        }
        made.refusedRequests(GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_128_128, SignatureAlgorithm.ES256));
        made.refusedRequests(GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_64_128, SignatureAlgorithm.EDDSA));
        made.missingModes();
        return made.sheet.print();
    }

    /** Responses, made and opened. */
    static byte[] response() {
        GroupOscoreVectors made = new GroupOscoreVectors(
                "Responses under Group OSCORE (RFC 10021), also after the group went over to another context.");
        for (GroupAlgorithms algorithms : all()) {
            made.responses(algorithms);
        }
        made.refusedResponses(GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_128_128, SignatureAlgorithm.ES256));
        made.refusedResponses(GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_64_128, SignatureAlgorithm.EDDSA));
        return made.sheet.print();
    }

    private static List<GroupAlgorithms> all() {
        List<GroupAlgorithms> all = new ArrayList<>();
        for (AeadAlgorithm aead : AeadAlgorithm.values()) {
            for (SignatureAlgorithm signature : SignatureAlgorithm.values()) {
                all.add(GroupAlgorithms.both(aead, signature));
            }
        }
        // Nonces of two lengths in one group.
        all.add(new GroupAlgorithms(
                Optional.of(AeadAlgorithm.AES_CCM_16_64_128),
                Optional.of(AeadAlgorithm.A256GCM),
                Optional.of(SignatureAlgorithm.EDDSA)));
        return all;
    }

    private void epochs() {
        Sheet.Group g = sheet.group("GroupOscoreEpoch");
        List<GroupAlgorithms> algorithms = all();
        long[] numbers = {1, 255, 256, 1_000_000, 999_999_999_999_999_999L};
        long[] leaves = {0, 1, 255, 256, 0xffffffffL};
        for (int i = 0; i < algorithms.size(); i++) {
            byte[] secret = Forge.octets(random, 32);
            long number = numbers[i % numbers.length];
            long leaf = leaves[i % leaves.length];
            OscoreMaterial material =
                    OscoreMaterial.of(EpochKeys.derive(secret, GROUP, number), GROUP, number, algorithms.get(i));
            write(
                            g.valid("Derivation", "epoch " + number + ", leaf " + leaf)
                                    .put("epochSecret", secret)
                                    .put("group", GROUP)
                                    .put("epoch", "" + number),
                            algorithms.get(i))
                    .put("leaf", "" + leaf)
                    .put("gid", material.gid())
                    .put("masterSecret", material.masterSecret())
                    .put("masterSalt", material.masterSalt())
                    .put("senderId", OscoreMaterial.senderId(leaf));
        }
    }

    private void contexts() {
        Sheet.Group g = sheet.group("GroupOscoreContext");
        List<GroupAlgorithms> algorithms = all();
        algorithms.add(new GroupAlgorithms(Optional.of(AeadAlgorithm.A128GCM), Optional.empty(), Optional.empty()));
        algorithms.add(new GroupAlgorithms(
                Optional.empty(),
                Optional.of(AeadAlgorithm.AES_CCM_16_128_128),
                Optional.of(SignatureAlgorithm.ES256)));
        for (GroupAlgorithms a : algorithms) {
            byte[] gid = Forge.octets(random, 7);
            byte[] secret = Forge.octets(random, 32);
            byte[] salt = Forge.octets(random, 8);
            byte[] id = Forge.octets(random, 1 + random.nextInt(3));
            GroupContext context = new GroupContext(a, gid, secret.clone(), salt, new byte[0]);
            Sheet.Test test = write(
                            g.valid("Derivation", names(a))
                                    .put("masterSecret", secret)
                                    .put("masterSalt", salt)
                                    .put("gid", gid),
                            a)
                    .put("senderId", id)
                    .put("commonIv", context.commonIv())
                    .put("senderKey", context.senderKey(id));
            if (a.group().isPresent()) {
                test.put("signatureEncryptionKey", context.signatureEncryptionKey());
            }
        }
        byte[] long8 = new byte[8];
        write(
                        g.invalid(402, "Malformed", "a Sender ID that no nonce holds")
                                .put("masterSecret", new byte[32])
                                .put("masterSalt", new byte[8])
                                .put("gid", new byte[7]),
                        algorithms.get(0))
                .put("senderId", long8);
    }

    private void credentials() {
        Sheet.Group g = sheet.group("GroupOscoreCredential");
        for (int i = 1; i <= 4; i++) {
            byte[] scalar = Forge.octets(random, 32);
            scalar[0] &= 0x7f;
            String identity = i == 1 ? "//sealpost.example/in-cse" : "//sealpost.example/gw-" + i + "/Cdoor-" + i;
            String key = Curve.jwk(scalar);
            g.valid("Derivation", identity)
                    .put("identity", identity)
                    .put("key", key)
                    .put("credential", Credential.of(identity, Jwk.parse(key)).octets());
        }
        Sheet.Group p = sheet.group("GroupOscoreCredentialParse");
        String p256 = Json.hex(Credential.of("//sealpost.example/in-cse", Jwk.parse(Curve.jwk(scalar(7))))
                .octets());
        OscoreCast cast = OscoreCast.draw(
                random, GroupAlgorithms.both(AeadAlgorithm.A128GCM, SignatureAlgorithm.EDDSA), List.of(new byte[] {1}));
        String ed = Json.hex(cast.members().get(0).credential().octets());
        p.valid("Derivation", "P-256").put("credential", p256).put("algorithm", "-7");
        p.valid("Derivation", "Ed25519").put("credential", ed).put("algorithm", "-8");
        malformed(
                p,
                "a point beside the curve",
                p256.substring(0, p256.length() - 2) + (p256.endsWith("00") ? "01" : "00"));
        malformed(p, "cut short", p256.substring(0, p256.length() - 2));
        malformed(p, "octets after its end", p256 + "00");
        malformed(p, "nothing", "");
        malformed(p, "no claims", "a0");
        malformed(p, "another algorithm than its key's", ed.replace("01a401010327", "01a401010326"));
        malformed(p, "a curve that is not supported", ed.replace("2006215820", "2007215820"));
        malformed(p, "the neutral element", ed.substring(0, ed.length() - 64) + "01" + "00".repeat(31));
        malformed(p, "a key twice in a map", "a208a1018008a10180");
    }

    private void pairwiseKeys() {
        for (SignatureAlgorithm signature : SignatureAlgorithm.values()) {
            for (AeadAlgorithm aead : AeadAlgorithm.values()) {
                OscoreCast cast = cast(GroupAlgorithms.both(aead, signature));
                Sheet.Group g = cast.write(sheet.group("GroupOscorePairwiseKeys"));
                for (String[] pair : new String[][] {{ANNE, BERT}, {BERT, ANNE}, {CARL, ANNE}}) {
                    PairwiseKeys keys = cast.member(pair[0], 0).pairwiseKeys(OscoreCast.octets(pair[1]));
                    g.valid("Derivation", names(cast.algorithms()) + ", " + pair[0] + " with " + pair[1])
                            .put("own", pair[0])
                            .put("peer", pair[1])
                            .put("to", keys.to())
                            .put("from", keys.from());
                }
                g.invalid(401, "Context", "nobody of that name")
                        .put("own", ANNE)
                        .put("peer", "77");
            }
        }
    }

    private void requests(GroupAlgorithms algorithms) {
        OscoreCast cast = cast(algorithms);
        Sheet.Group g = cast.write(sheet.group("GroupOscoreProtectRequest"));
        long[] sequences = {0, 255, 256, 65_537};
        for (int i = 0; i < sequences.length; i++) {
            CoapMessage message = i % 2 == 0 ? CLOSE : GET;
            made(g, cast, message, "", sequences[i]);
            made(g, cast, message, BERT, sequences[i]);
        }
        Sheet.Group o = cast.write(sheet.group("GroupOscoreOpenRequest"));
        opens(o, cast, BERT, List.of(), request(cast, ANNE, "", 0), "Valid", "group mode");
        opens(o, cast, CARL, List.of(), request(cast, ANNE, "", 300), "Valid", "group mode, another member");
        opens(o, cast, "", List.of(), request(cast, ANNE, "", 0), "Valid", "a silent server");
        opens(o, cast, BERT, List.of(), request(cast, CARL, BERT, 7), "Valid", "pairwise mode");
    }

    private void refusedRequests(GroupAlgorithms algorithms) {
        OscoreCast cast = cast(algorithms);
        Sheet.Group g = cast.write(sheet.group("GroupOscoreOpenRequest"));
        ProtectedMessage right = request(cast, ANNE, "", 70);
        ProtectedMessage pairwise = request(cast, ANNE, BERT, 71);
        String option = Json.hex(right.option());
        for (String[] bad : new String[][] {
            {"", "no option's value"},
            {"00", "a value of zeros alone"},
            {"b9" + option.substring(2), "a flag that is reserved"},
            {"7f" + option.substring(2), "a partial IV of seven octets"},
            {"31" + option.substring(2), "no kid, and octets behind"},
            {"29" + option.substring(2, 4) + ANNE, "no kid context"},
            {"38" + option.substring(4), "no partial IV"},
            {"3a" + "0046" + option.substring(4), "a partial IV with a leading zero"},
            {option.substring(0, 4) + "20" + option.substring(6), "a kid context longer than the option"}
        }) {
            refuses(
                    g,
                    402,
                    "Malformed",
                    bad[1],
                    BERT,
                    new ProtectedMessage(OscoreCast.octets(bad[0]), right.payload()));
        }
        refuses(g, 402, "Malformed", "a payload shorter than a countersignature", BERT, cut(right, 63));
        refuses(
                g,
                400,
                "Forged",
                "a payload with the last octet missing",
                BERT,
                cut(right, right.payload().length - 1));
        refuses(g, 402, "Malformed", "a pairwise payload shorter than its tag", BERT, cut(pairwise, 7));
        refuses(
                g,
                402,
                "Malformed",
                "a response in place of a request",
                BERT,
                cast.member(ANNE, 0).protectRequest(DONE, 72).message());
        refuses(
                g,
                401,
                "Context",
                "another epoch",
                BERT,
                cast.member(ANNE, 1).protectRequest(CLOSE, 70).message());
        refuses(g, 401, "Context", "a sender nobody knows", BERT, option(right, "39" + option.substring(2, 20) + "77"));
        refuses(g, 401, "Context", "played back to its sender", ANNE, right);
        Sheet.Test again = refuses(g, 401, "Replay", "received before", BERT, right);
        again.put("before", List.of(text(right)));
        refuses(g, 401, "Replay", "64 behind the highest", BERT, request(cast, ANNE, "", 6))
                .put("before", List.of(text(right)));
        opens(g, cast, BERT, List.of(text(right)), request(cast, ANNE, "", 7), "Window", "63 behind the highest");
        ProtectedMessage forged = flipped(request(cast, ANNE, "", 5000), 0);
        Sheet.Test unmoved = g.valid("Window", "a forgery with a high number does not move the window");
        unmoved.put("refusedBefore", List.of(text(forged)));
        opened(unmoved, BERT, right, CLOSE, ANNE, Mode.GROUP);
        for (int at :
                new int[] {0, right.payload().length - 65, right.payload().length - 64, right.payload().length - 1}) {
            refuses(g, 400, "Forged", "octet " + at + " changed", BERT, flipped(right, at));
        }
        refuses(
                g,
                400,
                "Forged",
                "the option's partial IV changed",
                BERT,
                option(right, option.substring(0, 2) + "47" + option.substring(4)));
        refuses(
                g,
                400,
                "Forged",
                "group mode taken for pairwise mode",
                BERT,
                option(right, "19" + option.substring(2)));
        refuses(g, 400, "Forged", "a captured member signs in another's name", BERT, captured(cast, 70));
        refuses(g, 400, "Forged", "for another member", CARL, pairwise);
        refuses(g, 400, "Forged", "pairwise, changed", BERT, flipped(pairwise, 0));
        refuses(
                g,
                400,
                "Forged",
                "a group cloned under another manager",
                BERT,
                new OscoreCast(algorithms, cast.members().get(2).credential().octets(), cast.epochs(), cast.members())
                        .member(ANNE, 0)
                        .protectRequest(CLOSE, 70)
                        .message());
        refuses(g, 400, "Mode", "a silent server has no pairwise mode", "", pairwise);
    }

    private void missingModes() {
        GroupAlgorithms both = GroupAlgorithms.both(AeadAlgorithm.A128GCM, SignatureAlgorithm.EDDSA);
        OscoreCast cast = cast(both);
        ProtectedMessage group = request(cast, ANNE, "", 1);
        ProtectedMessage pairwise = request(cast, ANNE, BERT, 1);
        OscoreCast signing = new OscoreCast(
                new GroupAlgorithms(Optional.empty(), both.group(), both.signature()),
                cast.manager(),
                cast.epochs(),
                cast.members());
        Sheet.Group g = signing.write(sheet.group("GroupOscoreOpenRequest"));
        refuses(g, 400, "Mode", "a group without pairwise mode", BERT, pairwise);
        opens(g, signing, BERT, List.of(), request(signing, ANNE, "", 1), "Valid", "a group with group mode alone");
        OscoreCast pairing = new OscoreCast(
                new GroupAlgorithms(both.pairwise(), Optional.empty(), Optional.empty()),
                cast.manager(),
                cast.epochs(),
                cast.members());
        Sheet.Group p = pairing.write(sheet.group("GroupOscoreOpenRequest"));
        refuses(p, 400, "Mode", "a group without group mode", BERT, group);
        opens(
                p,
                pairing,
                BERT,
                List.of(),
                request(pairing, ANNE, BERT, 1),
                "Valid",
                "a group with pairwise mode alone");
    }

    private void responses(GroupAlgorithms algorithms) {
        OscoreCast cast = cast(algorithms);
        ProtectedMessage group = request(cast, ANNE, "", 3);
        ProtectedMessage pairwise = request(cast, ANNE, BERT, 4);
        Sheet.Group g = cast.write(sheet.group("GroupOscoreProtectResponse"));
        Sheet.Group o = cast.write(sheet.group("GroupOscoreOpenResponse"));
        for (Mode mode : Mode.values()) {
            String name = GroupOscoreKinds.name(mode);
            respond(g, o, cast, group, "", mode, 0, "", DONE, "Valid", "group request, " + name + " response");
            respond(g, o, cast, pairwise, BERT, mode, 0, "", STATE, "Valid", "pairwise request, " + name + " response");
            respond(g, o, cast, group, "", mode, 0, "9", DONE, "Valid", name + " response with a number of its own");
            respond(g, o, cast, group, "", mode, 1, "0", DONE, "Rekey", name + " response after a rekeying");
            respond(
                    g,
                    o,
                    cast,
                    pairwise,
                    BERT,
                    mode,
                    1,
                    "257",
                    STATE,
                    "Rekey",
                    name + " response to a pairwise request after a rekeying");
        }
    }

    private void refusedResponses(GroupAlgorithms algorithms) {
        OscoreCast cast = cast(algorithms);
        ProtectedMessage group = request(cast, ANNE, "", 3);
        ProtectedMessage pairwise = request(cast, ANNE, BERT, 4);
        ProtectedMessage first = response(cast, group, BERT, Mode.GROUP, 0, "");
        ProtectedMessage third = response(cast, group, BERT, Mode.GROUP, 0, "3");
        ProtectedMessage second = response(cast, group, BERT, Mode.GROUP, 0, "2");
        Sheet.Group g = cast.write(sheet.group("GroupOscoreOpenResponse"));
        answered(g.valid("Observe", "a later one"), 3, "", 0, third)
                .put("before", List.of(text(first)))
                .put("message", DONE.plaintext())
                .put("server", BERT);
        answered(g.valid("Observe", "another server's"), 3, "", 0, response(cast, group, CARL, Mode.GROUP, 0, ""))
                .put("before", List.of(text(first)))
                .put("message", DONE.plaintext())
                .put("server", CARL);
        answered(g.invalid(401, "Replay", "received before"), 3, "", 0, first).put("before", List.of(text(first)));
        answered(g.invalid(401, "Replay", "earlier than the last"), 3, "", 0, second)
                .put("before", List.of(text(third)));
        answered(g.invalid(400, "Forged", "an answer to another request"), 5, "", 0, first);
        answered(g.invalid(400, "Forged", "changed"), 3, "", 0, flipped(first, 0));
        answered(
                g.invalid(400, "Forged", "another server answers than was asked"),
                4,
                BERT,
                0,
                response(cast, group, CARL, Mode.GROUP, 0, "5"));
        answered(g.invalid(401, "Context", "the client went over, the response did not"), 3, "", 1, third);
        answered(
                g.invalid(401, "Context", "the server went over, the client did not"),
                3,
                "",
                0,
                response(cast, group, BERT, Mode.GROUP, 1, "0"));
        answered(
                g.invalid(402, "Malformed", "to all, and nobody says whose it is"),
                3,
                "",
                0,
                new ProtectedMessage(new byte[0], third.payload()));
        answered(
                g.invalid(402, "Malformed", "a request in place of a response"),
                3,
                "",
                0,
                respond(cast, group, BERT, Mode.GROUP, 0, "8", CLOSE));
        answered(g.invalid(401, "Context", "played back by the sender itself"), 3, "", 0, option(first, "28" + ANNE));
        ProtectedMessage one = response(cast, pairwise, BERT, Mode.PAIRWISE, 0, "");
        answered(
                g.invalid(400, "Forged", "a kid was added to a pairwise response"),
                4,
                BERT,
                0,
                option(one, "08" + BERT));
    }

    private void respond(
            Sheet.Group g,
            Sheet.Group o,
            OscoreCast cast,
            ProtectedMessage request,
            String to,
            Mode mode,
            int context,
            String sequence,
            CoapMessage message,
            String flag,
            String comment) {
        ProtectedMessage made = respond(cast, request, BERT, mode, context, sequence, message);
        g.valid(flag, names(cast.algorithms()) + ", " + comment)
                .put("request", text(request))
                .put("server", BERT)
                .put("context", "" + context)
                .put("mode", GroupOscoreKinds.name(mode))
                .put("sequence", sequence)
                .put("message", message.plaintext())
                .put("option", made.option())
                .put("payload", made.payload());
        answered(o.valid(flag, names(cast.algorithms()) + ", " + comment), to.isEmpty() ? 3 : 4, to, context, made)
                .put("message", message.plaintext())
                .put("server", BERT);
    }

    /** The exchange that a response is given to: Anne's request of that number. */
    private static Sheet.Test answered(
            Sheet.Test test, long requestSequence, String to, int context, ProtectedMessage message) {
        return test.put("client", ANNE)
                .put("requestSequence", "" + requestSequence)
                .put("requestMessage", CLOSE.plaintext())
                .put("to", to)
                .put("context", "" + context)
                .put("option", message.option())
                .put("payload", message.payload());
    }

    private void made(Sheet.Group g, OscoreCast cast, CoapMessage message, String to, long sequence) {
        GroupMember sender = cast.member(ANNE, 0);
        ProtectedMessage made = to.isEmpty()
                ? sender.protectRequest(message, sequence).message()
                : sender.protectRequest(message, OscoreCast.octets(to), sequence)
                        .message();
        g.valid(
                        "Valid",
                        names(cast.algorithms()) + (to.isEmpty() ? ", group mode" : ", pairwise mode") + ", number "
                                + sequence)
                .put("sender", ANNE)
                .put("to", to)
                .put("sequence", "" + sequence)
                .put("message", message.plaintext())
                .put("option", made.option())
                .put("payload", made.payload());
    }

    private static void opens(
            Sheet.Group g,
            OscoreCast cast,
            String receiver,
            List<String> before,
            ProtectedMessage message,
            String flag,
            String comment) {
        Sheet.Test test = g.valid(flag, names(cast.algorithms()) + ", " + comment);
        if (!before.isEmpty()) {
            test.put("before", before);
        }
        boolean pairwise = (message.option()[0] & 0x20) == 0;
        String option = Json.hex(message.option());
        opened(
                test,
                receiver,
                message,
                CLOSE,
                option.endsWith(CARL) ? CARL : ANNE,
                pairwise ? Mode.PAIRWISE : Mode.GROUP);
    }

    private static void opened(
            Sheet.Test test, String receiver, ProtectedMessage message, CoapMessage inner, String sender, Mode mode) {
        test.put("receiver", receiver)
                .put("option", message.option())
                .put("payload", message.payload())
                .put("message", inner.plaintext())
                .put("sender", sender)
                .put("mode", GroupOscoreKinds.name(mode));
    }

    private static Sheet.Test refuses(
            Sheet.Group g, int status, String flag, String comment, String receiver, ProtectedMessage message) {
        return g.invalid(status, flag, comment)
                .put("receiver", receiver)
                .put("option", message.option())
                .put("payload", message.payload());
    }

    private static ProtectedMessage request(OscoreCast cast, String sender, String to, long sequence) {
        GroupMember member = cast.member(sender, 0);
        return to.isEmpty()
                ? member.protectRequest(CLOSE, sequence).message()
                : member.protectRequest(CLOSE, OscoreCast.octets(to), sequence).message();
    }

    private static ProtectedMessage response(
            OscoreCast cast, ProtectedMessage request, String server, Mode mode, int context, String sequence) {
        return respond(cast, request, server, mode, context, sequence, DONE);
    }

    private static ProtectedMessage respond(
            OscoreCast cast,
            ProtectedMessage request,
            String server,
            Mode mode,
            int context,
            String sequence,
            CoapMessage message) {
        return cast.member(server, context)
                .protectResponse(
                        cast.member(server, 0).openRequest(request),
                        mode,
                        message,
                        sequence.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(sequence)));
    }

    /** Carl has all symmetric keys of the group, and signs with his own key in Anne's name. */
    private static ProtectedMessage captured(OscoreCast cast, long sequence) {
        GroupMember.Identity anne = cast.members().get(0);
        GroupMember.Identity mixed =
                new GroupMember.Identity(anne.senderId(), cast.members().get(2).privateKey(), anne.credential());
        return new GroupMember(cast.context(0), mixed, kid -> Optional.empty())
                .protectRequest(CLOSE, sequence)
                .message();
    }

    private OscoreCast cast(GroupAlgorithms algorithms) {
        return OscoreCast.draw(
                random, algorithms, List.of(OscoreCast.octets(ANNE), OscoreCast.octets(BERT), OscoreCast.octets(CARL)));
    }

    private static ProtectedMessage cut(ProtectedMessage message, int length) {
        return new ProtectedMessage(message.option(), Arrays.copyOf(message.payload(), length));
    }

    private static ProtectedMessage flipped(ProtectedMessage message, int at) {
        byte[] payload = message.payload().clone();
        payload[at] ^= 1;
        return new ProtectedMessage(message.option(), payload);
    }

    private static ProtectedMessage option(ProtectedMessage message, String option) {
        return new ProtectedMessage(OscoreCast.octets(option), message.payload());
    }

    private static String text(ProtectedMessage message) {
        return Json.hex(message.option()) + "." + Json.hex(message.payload());
    }

    private static Sheet.Test write(Sheet.Test test, GroupAlgorithms algorithms) {
        return test.put("aead", OscoreCast.number(algorithms.pairwise()))
                .put("groupEncryption", OscoreCast.number(algorithms.group()))
                .put("signature", algorithms.signature().map(s -> "" + s.id()).orElse("none"));
    }

    private static void malformed(Sheet.Group g, String comment, String credential) {
        g.invalid(402, "Malformed", comment).put("credential", credential);
    }

    private static String names(GroupAlgorithms algorithms) {
        String group = algorithms.group().map(Enum::name).orElse("no group mode");
        String pairwise = algorithms.pairwise().map(Enum::name).orElse("no pairwise mode");
        return (group.equals(pairwise) ? group : group + " and " + pairwise)
                + algorithms.signature().map(s -> " with " + s).orElse("");
    }

    private static CoapMessage message(int code, String path, String payload) {
        return new CoapMessage(code, List.of(new CoapMessage.Option(11, Json.utf8(path))), Json.utf8(payload));
    }

    private static byte[] scalar(int small) {
        byte[] octets = new byte[32];
        octets[31] = (byte) small;
        return octets;
    }
}
