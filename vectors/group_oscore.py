"""Group OSCORE (RFC 10021), written from docs/protocol.md section 4b."""

import base64
import hashlib
import hmac
import json

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

import cbor
from common import BadVector, Refusal, octets

SIGNATURE = 64
WINDOW = 64
P = 2**255 - 19


def malformed(why):
    return Refusal(402, why)


def unknown(why):
    return Refusal(401, why)


def forged(why):
    return Refusal(400, why)


# --- derivations -------------------------------------------------------------------------------------------------------------------


def hkdf(material, salt, info, length):
    key = hmac.new(salt or bytes(32), material, hashlib.sha256).digest()
    return expand(key, info, length)


def expand(key, info, length):
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([count]), hashlib.sha256).digest()
        out, count = out + block, count + 1
    return out[:length]


def shortest(number):
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")


class Aead:
    """A content encryption by its COSE number."""

    def __init__(self, number):
        self.number = number
        self.key_length, self.nonce_length, self.tag_length = {
            10: (16, 13, 8),
            30: (16, 13, 16),
            1: (16, 12, 16),
            3: (32, 12, 16),
            24: (32, 12, 16),
        }[number]

    def cipher(self, key):
        if self.number in (10, 30):
            return AESCCM(key, tag_length=self.tag_length)
        return ChaCha20Poly1305(key) if self.number == 24 else AESGCM(key)

    def seal(self, key, nonce, aad, plaintext):
        return self.cipher(key).encrypt(nonce, plaintext, aad)

    def open(self, key, nonce, aad, ciphertext):
        if len(ciphertext) < self.tag_length:
            raise malformed("shorter than a tag")
        try:
            return self.cipher(key).decrypt(nonce, ciphertext, aad)
        except InvalidTag as error:
            raise forged("not authentic") from error


class Algorithms:
    def __init__(self, node):
        self.pairwise, self.group = (None if node[n] == "none" else Aead(int(node[n])) for n in ("aead", "groupEncryption"))
        self.signature = None if node["signature"] == "none" else int(node["signature"])

    def array(self):
        return [
            self.pairwise.number if self.pairwise else None,
            self.group.number if self.group else None,
            self.signature,
            -27 if self.pairwise else None,
        ]

    def main(self):
        return self.group or self.pairwise

    def nonces(self):
        return [a.nonce_length for a in (self.group, self.pairwise) if a]


class Context:
    def __init__(self, algorithms, gid, secret, salt, manager):
        self.algorithms, self.gid, self.secret, self.salt, self.manager = algorithms, gid, secret, salt, manager
        main = algorithms.main()
        self.common_iv = self.derive(b"", main.number, "IV", max(algorithms.nonces()))
        self.signature_key = self.derive(b"", main.number, "SEKey", main.key_length) if algorithms.group else None

    def derive(self, name, algorithm, kind, length):
        return hkdf(self.secret, self.salt, cbor.encode([name, self.gid, algorithm, kind, length]), length)

    def sender_key(self, name):
        if len(name) > min(self.algorithms.nonces()) - 6:
            raise malformed("a Sender ID too long")
        main = self.algorithms.main()
        return self.derive(name, main.number, "Key", main.key_length)

    def nonce(self, name, partial_iv, aead):
        plain = bytes([len(name)]) + name.rjust(aead.nonce_length - 6, b"\0") + partial_iv.rjust(5, b"\0")
        return xor(plain, self.common_iv)

    def keystream(self, partial_iv, name, request):
        return hkdf(self.signature_key, partial_iv, cbor.encode([name, self.gid, request, SIGNATURE]), SIGNATURE)


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


# --- credentials -------------------------------------------------------------------------------------------------------------------


class Credential:
    def __init__(self, raw):
        self.raw = raw
        try:
            key = cbor.decode(raw)[8][1]
            kind, curve = key[1], key[-1]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise malformed("no claims with a key") from error
        if (kind, curve) == (1, 6):
            self.algorithm = -8
            x = self.coordinate(key, -2)
            y = int.from_bytes(x, "little") & (1 << 255) - 1
            if y >= P or y in (0, 1, P - 1):
                raise malformed("a point that is of no use")
            self.key, self.y = Ed25519PublicKey.from_public_bytes(x), y
        elif (kind, curve) == (2, 1):
            self.algorithm = -7
            x, y = (int.from_bytes(self.coordinate(key, label), "big") for label in (-2, -3))
            try:
                self.key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            except ValueError as error:
                raise malformed("no point of the curve") from error
        else:
            raise malformed("another curve")
        if key.get(3, self.algorithm) != self.algorithm:
            raise malformed("another algorithm than the key's")

    @staticmethod
    def coordinate(key, label):
        value = key.get(label)
        if not isinstance(value, bytes) or len(value) != 32:
            raise malformed("a coordinate of another length")
        return value

    def verifies(self, signature, message):
        try:
            if self.algorithm == -8:
                self.key.verify(signature, message)
            else:
                r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
                self.key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
            return True
        except InvalidSignature:
            return False


def credential_of(identity, jwk):
    x, y = (base64.urlsafe_b64decode(jwk[name] + "=") for name in ("x", "y"))
    return cbor.encode({2: identity, 8: {1: {1: 2, 3: -7, -1: 1, -2: x, -3: y}}})


def shared_secret(private, algorithm, peer):
    if algorithm == -8:
        scalar = hashlib.sha512(private).digest()[:32]
        u = (1 + peer.y) * pow(1 - peer.y, -1, P) % P
        return X25519PrivateKey.from_private_bytes(scalar).exchange(X25519PublicKey.from_public_bytes(u.to_bytes(32, "little")))
    return ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1()).exchange(ec.ECDH(), peer.key)


# --- the option, and messages ------------------------------------------------------------------------------------------------------


class Option:
    def __init__(self, group, partial_iv, kid_context, kid):
        self.group, self.partial_iv, self.kid_context, self.kid = group, partial_iv, kid_context, kid

    def encode(self):
        flags = (32 if self.group else 0) | (len(self.partial_iv) if self.partial_iv is not None else 0)
        flags |= (16 if self.kid_context is not None else 0) | (8 if self.kid is not None else 0)
        if flags == 0:
            return b""
        context = b"" if self.kid_context is None else bytes([len(self.kid_context)]) + self.kid_context
        return bytes([flags]) + (self.partial_iv or b"") + context + (self.kid or b"")


def parse_option(value):
    if value == b"":
        return Option(False, None, None, None)
    flags, rest = value[0], value[1:]
    length = flags & 7
    if flags & 0xC0 or length > 5 or flags == 0 or len(rest) < length:
        raise malformed("flags")
    partial_iv, rest = (rest[:length], rest[length:]) if length else (None, rest)
    context = kid = None
    if flags & 16:
        if not rest or len(rest) < 1 + rest[0]:
            raise malformed("cut short")
        context, rest = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
    if flags & 8:
        kid = rest
    elif rest:
        raise malformed("octets behind the end")
    return Option(bool(flags & 32), partial_iv, context, kid)


def require_message(plaintext, request):
    """A CoAP code, options, payload; request or response."""
    if not plaintext:
        raise malformed("nothing inside")
    at = 1

    def take(length):
        nonlocal at
        if at + length > len(plaintext):
            raise malformed("no CoAP message")
        at += length
        return plaintext[at - length : at]

    def extended(nibble):
        if nibble == 15:
            raise malformed("no CoAP message")
        return nibble if nibble < 13 else 13 + take(1)[0] if nibble == 13 else 269 + int.from_bytes(take(2), "big")

    while at < len(plaintext):
        octet = take(1)[0]
        if octet == 0xFF:
            if at == len(plaintext):
                raise malformed("no payload behind its marker")
            break
        extended(octet >> 4)
        take(extended(octet & 15))
    if (plaintext[0] >> 5 == 0) != request:
        raise malformed("a request for a response, or the other way round")
    return plaintext


def number(partial_iv):
    if len(partial_iv) > 1 and partial_iv[0] == 0:
        raise malformed("leading zeros")
    return int.from_bytes(partial_iv, "big")


class Window:
    def __init__(self):
        self.seen = set()

    def require_new(self, sequence):
        if sequence in self.seen or self.seen and sequence <= max(self.seen) - WINDOW:
            raise unknown("received before, or too old to tell")


# --- members -----------------------------------------------------------------------------------------------------------------------


class Request:
    """What binds responses to a request."""

    def __init__(self, kid, partial_iv, gid, group, server=None):
        self.kid, self.partial_iv, self.gid, self.group, self.server = kid, partial_iv, gid, group, server
        self.last = {}


class Member:
    def __init__(self, group, context, name):
        c = group["contexts"][context]
        algorithms = Algorithms(group)
        manager = octets(group, "manager")
        self.context = Context(algorithms, octets(c, "gid"), octets(c, "masterSecret"), octets(c, "masterSalt"), manager)
        self.algorithms = algorithms
        self.peers = {octets(m, "senderId"): Credential(octets(m, "credential")) for m in group["members"]}
        self.name, self.private = None, None
        if name:
            own = [m for m in group["members"] if m["senderId"] == name]
            if not own:
                raise BadVector("no member " + name)
            self.name, self.private = bytes.fromhex(name), octets(own[0], "privateKey")
        self.windows = {}

    def peer(self, name):
        if name not in self.peers or name == self.name:
            raise unknown("a sender that is no member")
        return self.peers[name]

    def pairwise_keys(self, name):
        peer = self.peer(name)
        own = self.peers[self.name]
        secret = shared_secret(self.private, own.algorithm, peer)
        return self.pairwise(self.name, own, peer, secret), self.pairwise(name, peer, own, secret)

    def pairwise(self, name, sender, receiver, secret):
        aead = self.algorithms.pairwise
        info = cbor.encode([name, self.context.gid, aead.number, "Key", aead.key_length])
        return hkdf(sender.raw + receiver.raw + secret, self.context.sender_key(name), info, aead.key_length)

    def external(self, request, option, sender):
        array = [1, self.algorithms.array(), request.kid, request.partial_iv, b"", request.gid, option, sender.raw, self.context.manager]
        return cbor.encode(array)

    def seal(self, request, option, to, partial_iv, generator, plaintext, is_request, expected):
        """The payload. ES256 is not the same twice: whose ciphertext is right and whose signature verifies has the right payload."""
        own, value = self.peers[self.name], option.encode()
        external = self.external(request, value, own)
        aad = cbor.encode(["Encrypt0", b"", external])
        if not option.group:
            aead = self.algorithms.pairwise
            return aead.seal(self.pairwise_keys(to)[0], self.context.nonce(generator, partial_iv, aead), aad, plaintext)
        aead = self.algorithms.group
        sealed = aead.seal(self.context.sender_key(self.name), self.context.nonce(generator, partial_iv, aead), aad, plaintext)
        message = cbor.encode(["CounterSignature0", b"", b"", external, sealed])
        keystream = self.context.keystream(partial_iv, generator, is_request)
        if self.algorithms.signature == -8:
            return sealed + xor(Ed25519PrivateKey.from_private_bytes(self.private).sign(message), keystream)
        genuine = expected[:-SIGNATURE] == sealed and own.verifies(xor(expected[-SIGNATURE:], keystream), message)
        return expected if genuine else sealed

    def open(self, request, option, value, sender_name, partial_iv, generator, payload, is_request):
        aead = self.algorithms.group if option.group else self.algorithms.pairwise
        if aead is None or not option.group and self.name is None:
            raise forged("no such mode")
        sender = self.peer(sender_name)
        external = self.external(request, value, sender)
        key = None
        if option.group:
            if len(payload) < SIGNATURE:
                raise malformed("shorter than a countersignature")
            payload, hidden = payload[:-SIGNATURE], payload[-SIGNATURE:]
            signature = xor(hidden, self.context.keystream(partial_iv, generator, is_request))
            if not sender.verifies(signature, cbor.encode(["CounterSignature0", b"", b"", external, payload])):
                raise forged("the countersignature does not verify")
            key = self.context.sender_key(sender_name)
        else:
            key = self.pairwise_keys(sender_name)[1]
        aad = cbor.encode(["Encrypt0", b"", external])
        return require_message(aead.open(key, self.context.nonce(generator, partial_iv, aead), aad, payload), is_request)

    def protect_request(self, to, sequence, plaintext, expected=b""):
        request = Request(self.name, shortest(sequence), self.context.gid, not to, to)
        option = Option(request.group, request.partial_iv, request.gid, self.name)
        payload = self.seal(request, option, to, request.partial_iv, self.name, plaintext, True, expected)
        return request, option.encode(), payload

    def open_request(self, value, payload):
        option = parse_option(value)
        if None in (option.partial_iv, option.kid, option.kid_context):
            raise malformed("lacks partial IV, kid or kid context")
        if option.kid_context != self.context.gid:
            raise unknown("another group or epoch")
        sequence = number(option.partial_iv)
        self.peer(option.kid)
        window = self.windows.setdefault(option.kid, Window())
        window.require_new(sequence)
        request = Request(option.kid, option.partial_iv, option.kid_context, option.group)
        plaintext = self.open(request, option, value, option.kid, option.partial_iv, option.kid, payload, True)
        window.seen.add(sequence)
        return request, plaintext

    def protect_response(self, request, group_mode, sequence, plaintext, expected):
        own_iv = None if sequence is None else shortest(sequence)
        moved = request.gid != self.context.gid
        named = group_mode or request.group
        option = Option(group_mode, own_iv, self.context.gid if moved else None, self.name if named else None)
        partial_iv, generator = (own_iv, self.name) if own_iv is not None else (request.partial_iv, request.kid)
        payload = self.seal(request, option, request.kid, partial_iv, generator, plaintext, False, expected)
        return option.encode(), payload

    def open_response(self, request, value, payload):
        option = parse_option(value)
        if (request.gid if option.kid_context is None else option.kid_context) != self.context.gid:
            raise unknown("another group or epoch")
        server = request.server if option.kid is None else option.kid
        if not server:
            raise malformed("nobody says whose it is")
        if request.server and server != request.server:
            raise forged("another member answers")
        count = -1 if option.partial_iv is None else number(option.partial_iv)
        if server in request.last and count <= request.last[server]:
            raise unknown("received before")
        self.peer(server)
        partial_iv, generator = (option.partial_iv, server) if count >= 0 else (request.partial_iv, request.kid)
        plaintext = self.open(request, option, value, server, partial_iv, generator, payload, False)
        request.last[server] = count
        return server, plaintext


# --- the types of tests ------------------------------------------------------------------------------------------------------------


def epoch(group, test):
    algorithms = cbor.encode(Algorithms(test).array())
    name, count = test["group"].encode(), int(test["epoch"])
    info = b"sealpost/v1/group/oscore\0" + name + b"\0" + count.to_bytes(8, "big") + b"A256GCM"
    key = expand(octets(test, "epochSecret"), info, 32)
    return {
        "gid": (hashlib.sha256(name).digest()[:6] + shortest(count)).hex(),
        "masterSecret": hkdf(key, b"", b"sealpost/v1/oscore/master-secret\0" + algorithms, 32).hex(),
        "masterSalt": hkdf(key, b"", b"sealpost/v1/oscore/master-salt\0" + algorithms, 8).hex(),
        "senderId": shortest(int(test["leaf"])).hex(),
    }


def context(group, test):
    found = Context(Algorithms(test), octets(test, "gid"), octets(test, "masterSecret"), octets(test, "masterSalt"), b"")
    outputs = {"commonIv": found.common_iv.hex(), "senderKey": found.sender_key(octets(test, "senderId")).hex()}
    if found.signature_key:
        outputs["signatureEncryptionKey"] = found.signature_key.hex()
    return outputs


def credential(group, test):
    return {"credential": credential_of(test["identity"], json.loads(test["key"])).hex()}


def credential_parse(group, test):
    return {"algorithm": str(Credential(octets(test, "credential")).algorithm)}


def pairwise(group, test):
    to, sender = Member(group, 0, test["own"]).pairwise_keys(octets(test, "peer"))
    return {"to": to.hex(), "from": sender.hex()}


def protect_request(group, test):
    member = Member(group, 0, test["sender"])
    _, option, payload = member.protect_request(octets(test, "to"), int(test["sequence"]), octets(test, "message"), octets(test, "payload"))
    return {"option": option.hex(), "payload": payload.hex()}


def parts(text):
    option, payload = text.split(".")
    return bytes.fromhex(option), bytes.fromhex(payload)


def open_request(group, test):
    member = Member(group, 0, test["receiver"])
    for earlier in test.get("before", []):
        member.open_request(*parts(earlier))
    for earlier in test.get("refusedBefore", []):
        try:
            member.open_request(*parts(earlier))
        except Refusal:
            continue
        raise BadVector("a message before it is accepted, and has to be refused")
    request, plaintext = member.open_request(octets(test, "option"), octets(test, "payload"))
    return {"message": plaintext.hex(), "sender": request.kid.hex(), "mode": "group" if request.group else "pairwise"}


def protect_response(group, test):
    request, _ = Member(group, 0, test["server"]).open_request(*parts(test["request"]))
    member = Member(group, int(test["context"]), test["server"])
    sequence = int(test["sequence"]) if test["sequence"] else None
    found = member.protect_response(request, test["mode"] == "group", sequence, octets(test, "message"), octets(test, "payload"))
    return {"option": found[0].hex(), "payload": found[1].hex()}


def open_response(group, test):
    client = Member(group, 0, test["client"])
    request = Request(client.name, shortest(int(test["requestSequence"])), client.context.gid, not test["to"], octets(test, "to"))
    for earlier in test.get("before", []):
        client.open_response(request, *parts(earlier))
    now = Member(group, int(test["context"]), test["client"])
    server, plaintext = now.open_response(request, octets(test, "option"), octets(test, "payload"))
    return {"message": plaintext.hex(), "server": server.hex()}


KINDS = {
    "GroupOscoreEpoch": epoch,
    "GroupOscoreContext": context,
    "GroupOscoreCredential": credential,
    "GroupOscoreCredentialParse": credential_parse,
    "GroupOscorePairwiseKeys": pairwise,
    "GroupOscoreProtectRequest": protect_request,
    "GroupOscoreOpenRequest": open_request,
    "GroupOscoreProtectResponse": protect_response,
    "GroupOscoreOpenResponse": open_response,
}
