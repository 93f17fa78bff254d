#!/usr/bin/env python3
"""Holds the vector files against an implementation that shares nothing with Sealpost's: Python and the package `cryptography`.

Written from docs/protocol.md. Usage: python3 vectors/verify.py FILE...    for example vectors/*/*.json
Exit codes: 0 every test came out as it says, 1 a test did not, 2 a file can't be read or the package is missing.
"""

import base64
import datetime
import hashlib
import hmac
import json
import re
import sys
import unicodedata

try:
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
except ImportError:
    print("verify.py needs the package cryptography: apt-get install python3-cryptography, or pip install cryptography", file=sys.stderr)
    sys.exit(2)

import epoch
import group_oscore
from common import BadVector, Refusal, bad, octets

# --- JSON and base64url ------------------------------------------------------------------------------------------------------------

MAX_OCTETS = 1 << 20


def read_json(octets):
    if not 0 < len(octets) <= MAX_OCTETS:
        raise bad("empty or too long")
    if b"\0" in octets or octets.startswith(b"\xef\xbb\xbf"):
        raise bad("no UTF-8, or a byte order mark")

    def pairs(items):
        found = dict(items)
        if len(found) != len(items):
            raise bad("a name twice")
        return found

    def whole(text):
        if len(text) > 40 or not -(1 << 63) <= int(text) < 1 << 63:
            raise bad("a number too long")
        return int(text)

    def broken(text):
        value = float(text)
        if len(text) > 40 or value in (float("inf"), float("-inf")):
            raise bad("a number too long or not finite")
        return value

    def no_constant(name):
        raise bad("no JSON: " + name)

    try:
        tree = json.loads(
            octets.decode("utf-8"), object_pairs_hook=pairs, parse_int=whole, parse_float=broken, parse_constant=no_constant
        )
    except (ValueError, RecursionError) as error:
        raise bad("no JSON") from error
    tokens = [0]
    sound(tree, 1, tokens)
    return tree


def sound(node, depth, tokens):
    tokens[0] += 1 if not isinstance(node, (dict, list)) else 2
    if tokens[0] > 100_000 or (isinstance(node, (dict, list)) and depth > 32):
        raise bad("too deep or too much")
    if isinstance(node, str):
        paired(node)
    elif isinstance(node, dict):
        for name, value in node.items():
            tokens[0] += 1
            if len(name) > 256:
                raise bad("a name too long")
            paired(name)
            sound(value, depth + 1, tokens)
    elif isinstance(node, list):
        for value in node:
            sound(value, depth + 1, tokens)


def paired(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise bad("half of a surrogate pair") from error


def members(node, known):
    if not isinstance(node, dict) or any(name not in known for name in node) or any(value is None for value in node.values()):
        raise bad("not an object with the members it may have")
    return node


def text(node, name):
    if not isinstance(node.get(name), str):
        raise bad("lacks the text " + name)
    return node[name]


def whole_number(value, bits=32):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise bad("not a whole number")
    if not -(1 << (bits - 1)) <= int(value) < 1 << (bits - 1):
        raise bad("a number too large")
    return int(value)


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(part):
    if not re.fullmatch(r"[A-Za-z0-9_-]*", part) or len(part) % 4 == 1:
        raise bad("no base64url")
    octets = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if encode(octets) != part:
        raise bad("not the base64url that encoding yields")
    return octets


def timestamp(value):
    match = re.fullmatch(r"([0-9]{8}T[0-9]{6})(?:,([0-9]{1,6}))?", value)
    if not match:
        raise bad("no absolute timestamp")
    try:
        whole = datetime.datetime.strptime(match.group(1), "%Y%m%dT%H%M%S")
    except ValueError as error:
        raise bad("no such date") from error
    return whole + datetime.timedelta(microseconds=int((match.group(2) or "0").ljust(6, "0")))


# --- RandObjects and keys ----------------------------------------------------------------------------------------------------------

KEY_LENGTH = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32}
NUMBER = {"A128GCM": 10, "A192GCM": 11, "A256GCM": 12}
LABEL = b"oneM2M HMAC-SHA256 sessionESPrimKey derivation algorithm"
RECEIVER, ORIGINATOR = "receiver", "originator"


class RandObject:
    def __init__(self, role, node):
        if isinstance(node, str):
            node = read_json(node.encode("utf-8"))
        generation = "esks" if role == RECEIVER else "esk"
        o = members(node, {"esri", "esrv", "esrx", "espa", generation})
        self.role = role
        self.id = text(o, "esri")
        self.value = text(o, "esrv")
        self.expiry = timestamp(text(o, "esrx"))
        if not re.fullmatch(r"[SU]-[A-Za-z0-9._-]{1,64}", self.id) or not re.fullmatch(r"r[0-9a-f]{32}", self.value):
            raise bad("an identifier or a value of another form")
        if role == RECEIVER:
            self.generations = self.numbers(o.get("esks"))
        else:
            self.generations = [whole_number(o.get("esk"))]
        self.aeads = self.numbers(o.get("espa"))

    @staticmethod
    def numbers(value):
        if not isinstance(value, list) or not 1 <= len(value) <= 16:
            raise bad("no list of 1 to 16")
        if any(isinstance(item, bool) or not isinstance(item, int) for item in value):
            raise bad("not a list of whole numbers")
        return [whole_number(item) for item in value]

    def canonical(self):
        listed = ",".join(map(str, self.generations))
        generation = '"esks":[%s]' % listed if self.role == RECEIVER else '"esk":%s' % listed
        return '{"esri":"%s","esrv":"%s","esrx":"%s",%s,"espa":[%s]}' % (
            self.id,
            self.value,
            self.expiry.strftime("%Y%m%dT%H%M%S"),
            generation,
            ",".join(map(str, self.aeads)),
        )


def session_key(pairwise, receiver, originator):
    message = receiver.canonical().encode() + originator.canonical().encode() + LABEL
    return hmac.new(pairwise, message, hashlib.sha256).digest()


# --- objects -----------------------------------------------------------------------------------------------------------------------

HEADERS = {"alg", "enc", "kid", "cty", "ori", "rri", "oro", "rro"}
REQUEST, RESPONSE = 0, 1
TYPES = {REQUEST: "vnd.onem2m-preq+json", RESPONSE: "vnd.onem2m-prsp+json"}
JSON_TYPES = {"json"} | {"vnd.onem2m-%s+json" % kind for kind in ("res", "ntfy", "preq", "prsp")}


class EsprimObject:
    def __init__(self, compact):
        parts = compact.split(".") if len(compact) <= MAX_OCTETS else []
        if len(parts) != 5 or not parts[0] or not parts[3]:
            raise bad("no compact JWE")
        self.protected = parts[0]
        h = read_json(decode(parts[0]))
        if not isinstance(h, dict) or any(name not in HEADERS for name in h):
            raise bad("a header that is not known")
        encrypted_key, self.iv, self.ciphertext, self.tag = map(decode, parts[1:])
        if len(self.iv) != 12 or len(self.tag) != 16:
            raise bad("an IV or tag of the wrong length")
        if text(h, "alg") != "dir" or encrypted_key:
            raise bad("not directly encrypted")
        self.enc, self.kid, self.ori, self.rri = (text(h, name) for name in ("enc", "kid", "ori", "rri"))
        self.cty = text(h, "cty") if "cty" in h else None
        self.oro = RandObject(ORIGINATOR, h["oro"]) if "oro" in h else None
        self.rro = RandObject(RECEIVER, h["rro"]) if "rro" in h else None

    def require_key_and_type(self, kid, direction):
        if self.kid != kid:
            raise Refusal(4112, "the key is not known")
        if self.cty is None:
            return
        name = self.cty[len("application/") :] if self.cty.startswith("application/") else self.cty
        if name != TYPES[direction]:
            raise Refusal(4000 if name in JSON_TYPES else 4015, "another media type")

    def open(self, key, not_direction):
        if self.iv[0] == not_direction:
            raise Refusal(4115, "the other direction")
        try:
            return AESGCM(key).decrypt(self.iv, self.ciphertext + self.tag, self.protected.encode())
        except InvalidTag as error:
            raise Refusal(4115, "not authentic") from error


def seal(header, key, iv, plaintext):
    protected = encode(header.encode())
    sealed = AESGCM(key).encrypt(iv, plaintext, protected.encode())
    return ".".join((protected, "", encode(iv), encode(sealed[:-16]), encode(sealed[-16:])))


def header_text(direction, enc, kid, originator, receiver, oro=None, rro=None):
    written = '{"alg":"dir","enc":"%s","kid":"%s","cty":"%s","ori":"%s","rri":"%s"' % (
        enc,
        kid,
        TYPES[direction],
        originator.id,
        receiver.id,
    )
    if oro:
        written += ',"oro":' + oro.canonical()
    if rro:
        written += ',"rro":' + rro.canonical()
    return written + "}"


class Session:
    """A key and the window over the other side's counters."""

    def __init__(self, pairwise, receiver, originator):
        self.receiver, self.originator = receiver, originator
        self.key = session_key(pairwise, receiver, originator)
        self.instance, self.seen = None, set()

    def expiry(self):
        return min(self.receiver.expiry, self.originator.expiry)

    def open(self, obj, not_direction):
        plaintext = obj.open(self.key[: KEY_LENGTH[obj.enc]], not_direction)
        instance, counter = obj.iv[1:4], int.from_bytes(obj.iv[4:], "big", signed=True)
        highest = max(self.seen, default=0)
        if self.instance not in (None, instance) or counter < 1 or counter in self.seen or counter <= highest - 64:
            raise bad("received before, too late, or of another instance")
        self.instance = instance
        self.seen.add(counter)
        return plaintext


class Receiver:
    """An end point that requests come to."""

    def __init__(self, kid, pairwise, floor, issued):
        self.kid, self.pairwise, self.floor = kid, pairwise, floor
        self.issued = {o.id: o for o in issued}
        self.sessions, self.announced = {}, {}

    def open(self, compact, now):
        obj = EsprimObject(compact)
        obj.require_key_and_type(self.kid, REQUEST)
        if obj.rro:
            raise bad("a receiver's object in a request")
        own = self.issued.get(obj.rri)
        if own is None or now >= own.expiry:
            raise Refusal(4114, "unknown or expired receiver's object")
        session = self.sessions.get((obj.ori, obj.rri)) or self.start(obj, own, now)
        if now >= session.expiry():
            raise Refusal(4113, "the session has expired")
        announced = obj.oro if obj.oro and obj.oro.canonical() != session.originator.canonical() else None
        if announced:
            if announced.id == obj.ori:
                raise bad("an object changed under its identifier")
            self.require_within(announced, own, now)
        number = NUMBER.get(obj.enc)
        if number is None or number not in session.originator.aeads or number < NUMBER[self.floor]:
            raise Refusal(4111, "not agreed")
        plaintext = session.open(obj, RESPONSE)
        self.sessions[(obj.ori, obj.rri)] = session
        if announced:
            self.announced[announced.id] = announced
        return session, obj, plaintext

    def start(self, obj, own, now):
        originator = self.announced.get(obj.ori, obj.oro)
        if originator is None:
            raise Refusal(4113, "unknown originator's object")
        if originator.id != obj.ori:
            raise bad("ori is another object's")
        self.require_within(originator, own, now)
        return Session(self.pairwise, own, originator)

    @staticmethod
    def require_within(originator, own, now):
        if now >= originator.expiry:
            raise Refusal(4113, "expired originator's object")
        exceeds = originator.expiry > own.expiry
        exceeds = exceeds or not set(originator.generations) <= set(own.generations) or not set(originator.aeads) <= set(own.aeads)
        if exceeds:
            raise Refusal(4111, "the originator's object exceeds the receiver's")


def open_response(kid, session, compact, now):
    obj = EsprimObject(compact)
    obj.require_key_and_type(kid, RESPONSE)
    enc = next(name for name, number in NUMBER.items() if number == session.originator.aeads[0])
    if obj.oro or obj.ori != session.originator.id or obj.rri != session.receiver.id or obj.enc != enc:
        raise bad("another session")
    if now >= session.expiry():
        raise Refusal(4113, "the session has expired")
    return session.open(obj, REQUEST)


def strongest(receiver, floor, now):
    if now >= receiver.expiry:
        raise Refusal(4114, "expired receiver's object")
    if 1 not in receiver.generations:
        raise Refusal(4111, "no HMAC-SHA256")
    common = [name for name, number in NUMBER.items() if number in receiver.aeads and number >= NUMBER[floor]]
    if not common:
        raise Refusal(4111, "nothing at or above the floor")
    return max(common, key=NUMBER.get)


def fresh(role, value, name, expiry, aeads):
    generation = {"esks": [1]} if role == RECEIVER else {"esk": 1}
    node = {"esri": "U-" + name, "esrv": "r" + value, "esrx": expiry.strftime("%Y%m%dT%H%M%S"), "espa": aeads, **generation}
    return RandObject(role, node)


# --- the types of tests ------------------------------------------------------------------------------------------------------------


def three(test):
    receiver, originator = RandObject(RECEIVER, test["receiver"]), RandObject(ORIGINATOR, test["originator"])
    return session_key(octets(test, "pairwiseKey"), receiver, originator)


def parse_object_text(value):
    """The text of a test is the JSON itself."""
    return read_json(value.encode("utf-8"))


def rand_object(group, test):
    return {"canonical": RandObject(group["role"], parse_object_text(test["object"])).canonical()}


def derivation(group, test):
    key = three(test)
    return {"sessionKey": key.hex(), "contentKey": key[: KEY_LENGTH[test["enc"]]].hex()}


def whole_object(group, test):
    key = three(test)[: KEY_LENGTH[test["enc"]]]
    obj = EsprimObject(test["object"])
    return {
        "object": seal(test["header"], key, octets(test, "iv"), octets(test, "plaintext")),
        "plaintext": obj.open(key, None).hex(),
        "iv": obj.iv.hex(),
    }


def seal_request(group, test):
    receiver, now = RandObject(RECEIVER, test["receiver"]), timestamp(test["now"])
    enc = strongest(receiver, group["floor"], now)
    originator = fresh(ORIGINATOR, test["randValue"], test["randId"], receiver.expiry, [NUMBER[enc]])
    key = session_key(octets(group, "pairwiseKey"), receiver, originator)[: KEY_LENGTH[enc]]
    header = header_text(REQUEST, enc, group["keyId"], originator, receiver, oro=originator)
    iv = bytes([REQUEST]) + octets(test, "instance") + (1).to_bytes(8, "big")
    return {"object": seal(header, key, iv, octets(test, "plaintext"))}


def end_point(group):
    issued = [RandObject(RECEIVER, o) for o in group["receivers"]]
    return Receiver(group["keyId"], octets(group, "pairwiseKey"), group["floor"], issued)


def seal_response(group, test):
    lifetime, now = datetime.timedelta(seconds=int(test["lifetime"])), timestamp(test["now"])
    session, obj, _ = end_point(group).open(test["request"], timestamp(test["received"]))
    rro = None
    if session.expiry() - now < lifetime / 2:
        aeads = sorted((n for n in NUMBER.values() if n >= NUMBER[group["floor"]]), reverse=True)
        rro = fresh(RECEIVER, test["randValue"], test["randId"], now + lifetime, aeads)
    header = header_text(RESPONSE, obj.enc, group["keyId"], session.originator, session.receiver, rro=rro)
    iv = bytes([RESPONSE]) + octets(test, "instance") + (1).to_bytes(8, "big")
    return {"object": seal(header, session.key[: KEY_LENGTH[obj.enc]], iv, octets(test, "plaintext"))}


def earlier(test, attempt):
    for compact in test.get("before", []):
        try:
            attempt(compact)
        except Refusal as refusal:
            raise BadVector("an object before it is refused with %d" % refusal.status) from refusal
    for compact in test.get("refusedBefore", []):
        try:
            attempt(compact)
        except Refusal:
            continue
        raise BadVector("an object before it is accepted, and has to be refused")


def open_request(group, test):
    receiver, now = end_point(group), timestamp(test["now"])
    before = timestamp(test.get("beforeAt", test["now"]))
    earlier(test, lambda compact: receiver.open(compact, before))
    return {"plaintext": receiver.open(test["object"], now)[2].hex()}


def open_answer(group, test):
    receiver, originator = RandObject(RECEIVER, group["receiver"]), RandObject(ORIGINATOR, group["originator"])
    session = Session(octets(group, "pairwiseKey"), receiver, originator)
    earlier(test, lambda compact: open_response(group["keyId"], session, compact, timestamp(group["sent"])))
    return {"plaintext": open_response(group["keyId"], session, test["object"], timestamp(test["now"])).hex()}


REQUEST_MEMBERS = {"op", "to", "fr", "rqi", "ty", "pc", "rvi", "ot", "rqet", "rset", "rt", "rcn", "ec", "gid", "grtm", "atrl", "fc"}


def identifier(value):
    absolute = value.startswith("//")
    segments = value.lstrip("/").split("/") if value.strip("/") else [""]
    if value.startswith("///"):
        raise bad("no identifier")
    for i, segment in enumerate(segments):
        form = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?" if absolute and i == 0 else r"[A-Za-z0-9-][A-Za-z0-9._-]*"
        if not re.fullmatch(form, segment):
            raise bad("no identifier")
    if absolute and len(segments) < 2:
        raise bad("no identifier")
    return value


def inner(group, test):
    request = members(read_json(test["inner"].encode("utf-8")), REQUEST_MEMBERS)
    if whole_number(request.get("op")) not in (1, 2, 3, 4, 5):
        raise bad("no such operation")
    text(request, "to")
    text(request, "rqi")
    peer = group["peer"]
    _, _, domain, cse = peer.split("/")[:4]
    fr = identifier(text(request, "fr")) if "fr" in request else ""
    if fr.startswith("/") and not fr.startswith("//"):
        fr = "//" + domain + fr
    elif fr and not fr.startswith("//"):
        fr = "//%s/%s/%s" % (domain, cse, fr)
    if fr != peer:
        raise Refusal(4116, "another originator")
    return {"from": fr}


SECURITY_INFO = {3: None, 4: "ero", 5: "epo"}


def security_info(group, test):
    content = members(read_json(test["content"].encode("utf-8")), {"m2m:seci"})
    info = members(content["m2m:seci"], {"sit", "dreq", "dres", "ero", "epo", "eckm", "darq", "dars"})
    sit = whole_number(info.get("sit"))
    if sit in (1, 2, 7, 8):
        raise Refusal(5001, "not processed")
    if sit not in SECURITY_INFO:
        raise bad("no such type")
    only = SECURITY_INFO[sit]
    if set(info) != {"sit"} | ({only} if only else set()):
        raise bad("members of another type, or none")
    if sit == 4 and not isinstance(info["ero"], dict) or sit == 5 and not isinstance(info["epo"], str):
        raise bad("a member of another form")
    return {"canonical": json.dumps({"m2m:seci": info}, separators=(",", ":")), "sit": str(sit)}


# --- remote provisioning and ESCertKE ----------------------------------------------------------------------------------------------

TO_MASTER = "oneM2M Enrolment Key to Master Credential derivation"
TO_CONNECTION = "oneM2M Enrolment Key to Provisioned Secure Connection Key derivation"
TO_USAGE = "oneM2M Enrolment Key to Usage-Constrained Symmetric Key derivation"
END_TO_END = (
    ("messageAuthentication", "E2E Message Authentication Key"),
    ("messageConfidentiality", "E2E Message Confidentiality Key"),
    ("attributeAuthenticity", "E2E Attribute Authenticity Key"),
    ("attributeConfidentiality", "E2E Attribute Confidentiality Key"),
)


def mac(key, *parts):
    octets = [unicodedata.normalize("NFKC", part).encode() if isinstance(part, str) else part for part in parts]
    return hmac.new(key, b"".join(octets), hashlib.sha256).digest()


def fqdn(identity):
    """The segments of an absolute identity in reverse order in front of its domain."""
    if not identity.startswith("//"):
        raise bad("not absolute")
    return ".".join(reversed(identifier(identity)[2:].split("/"))).lower()


def derived(label):
    return lambda group, test: {"key": mac(octets(test, "enrolmentKey"), label, test["target"]).hex()}


def usage_constrained(group, test):
    ke, suid, target = octets(test, "enrolmentKey"), test["suid"], test["target"]
    if suid == "21":
        key = mac(ke, TO_MASTER, target)
    else:
        key = mac(ke, TO_USAGE, suid, fqdn(target) if target.startswith("//") else target)
    extracted = mac(bytes(32), key)
    return {"key": key.hex(), "wrappingKey": mac(extracted, "sealpost/v1/provisioned/wrapping", b"\x01").hex()}


def end_to_end(group, test):
    master = mac(octets(test, "salt") or bytes(32), octets(test, "connectionKey"))
    outputs, block = {}, b""
    for number, (name, label) in enumerate(END_TO_END, 1):
        block = mac(master, block, label, bytes([number]))
        outputs[name] = block.hex()
    return outputs


def key_identifier(value):
    relative, at, domain = value.partition("@")
    if not at or not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", relative):
        raise bad("not of the form RELATIVE@FQDN")
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", domain):
        raise bad("not of the form RELATIVE@FQDN")
    return relative, domain


def key_identifiers(group, test):
    relative, domain = key_identifier(test["text"])
    return {"relative": relative, "fqdn": domain, "canonical": test["text"].lower()}


def exporter_split(group, test):
    exported, owner = octets(test, "exported"), test["owner"]
    key_id = exported[:16].hex().upper() + "@" + (fqdn(owner) if "/" in owner else owner)
    key_identifier(key_id)
    return {"key": exported[16:].hex(), "keyId": key_id}


# --- ESData ------------------------------------------------------------------------------------------------------------------------

LOOKED_PAST = {"jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256"}
JWE_HEADERS = {"alg", "enc", "kid", "typ", "cty", "ety", "epk", "apu", "apv"}
JWE_OWN = {"alg", "kid", "epk", "apu", "apv"}
JWS_HEADERS = {"alg", "kid", "typ", "cty", "ety", "aud"}
WRAPS = {"A128KW": 16, "A192KW": 24, "A256KW": 32}
AGREEMENTS = {"ECDH-ES+" + name: length for name, length in WRAPS.items()}
SIGNATURES = {"HS256", "ES256", "RS256"}
OURS = {"JWE": "sealpost-data+jwe", "JWS": "sealpost-data+jws"}


def jose_header(part, known):
    return checked(read_json(decode(part)), known)


def checked(header, known):
    if not isinstance(header, dict) or any(name not in known | LOOKED_PAST for name in header):
        raise bad("a header that is not known")
    return header


def key_id(header):
    if not re.fullmatch(r"[A-Za-z0-9._@:/-]{1,256}", text(header, "kid")):
        raise bad("no key id")
    return header["kid"]


def optional_text(header, name):
    return text(header, name) if name in header else None


class DataEncrypted:
    """A JWE: the protected header, and for each target its headers and its wrapped key."""

    def __init__(self, protected, targets, iv, ciphertext, tag, aad):
        self.protected, self.header = protected, jose_header(protected, JWE_HEADERS)
        self.iv, self.ciphertext, self.tag = decode(iv), decode(ciphertext), decode(tag)
        self.aad = aad
        self.targets = []
        for own, encrypted_key in targets:
            own = checked(own, JWE_OWN)
            if set(own) & set(self.header):
                raise bad("a header twice")
            self.targets.append(({**self.header, **own}, decode(encrypted_key)))
        if len(self.iv) != 12 or len(self.tag) != 16 or not 1 <= len(self.targets) <= 1024:
            raise bad("an IV or tag of the wrong length, or no target")
        ids = set()
        for header, encrypted_key in self.targets:
            alg = text(header, "alg")
            if alg != "dir" and alg not in WRAPS and alg not in AGREEMENTS and alg != "RSA-OAEP-256":
                raise bad("an algorithm that is not listed")
            if alg == "dir" and len(self.targets) > 1 or (alg == "dir") == bool(encrypted_key):
                raise bad("directly encrypted, and not")
            ids.add(key_id(header))
        if len(ids) != len(self.targets):
            raise bad("a key twice")

    def open(self, keys):
        for header, encrypted_key in self.targets:
            key = keys["opening"].get(key_id(header))
            if key is not None:
                return key_id(header), self.decrypt(header, encrypted_key, key)
        raise Refusal(4112, "no key is named that is known")

    def decrypt(self, header, encrypted_key, key):
        enc, alg = text(header, "enc"), header["alg"]
        if enc not in KEY_LENGTH:
            raise Refusal(4111, "an encryption that is not listed")
        length = KEY_LENGTH[enc]
        if key["use"] == "direct":
            content_key = octets(key, "key")
            if alg != "dir" or len(content_key) != length:
                raise bad("another algorithm than the key's")
        else:
            if key["use"] == "wrapping":
                with_key = octets(key, "key")
                if WRAPS.get(alg) != len(with_key):
                    raise bad("another algorithm than the key's")
            else:
                if alg not in AGREEMENTS or "epk" not in header:
                    raise bad("another algorithm than the key's")
                with_key = agreed(key, header, alg)
            if len(encrypted_key) != length + 8:
                raise bad("a wrapped key of another length")
            try:
                content_key = aes_key_unwrap(with_key, encrypted_key)
            except InvalidUnwrap as error:
                raise Refusal(4115, "a wrapped key that is not authentic") from error
        aad = self.protected if self.aad is None else self.protected + "." + self.aad
        try:
            return AESGCM(content_key).decrypt(self.iv, self.ciphertext + self.tag, aad.encode())
        except InvalidTag as error:
            raise Refusal(4115, "not authentic") from error


def public_key(jwk):
    members(jwk, {"kty", "crv", "x", "y"})
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise bad("no key on P-256")
    x, y = decode(text(jwk, "x")), decode(text(jwk, "y"))
    if len(x) != 32 or len(y) != 32:
        raise bad("no key on P-256")
    try:
        return ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()).public_key()
    except ValueError as error:
        raise bad("a point off the curve") from error


def agreed(key, header, alg):
    """The Concat KDF of RFC 7518 4.6.2 with SHA-256, one block."""
    private = ec.derive_private_key(int.from_bytes(octets(key, "scalar"), "big"), ec.SECP256R1())
    shared = private.exchange(ec.ECDH(), public_key(header["epk"]))
    parties = [decode(text(header, name)) if name in header else b"" for name in ("apu", "apv")]
    fields = [alg.encode()] + parties
    info = b"".join(len(field).to_bytes(4, "big") + field for field in fields) + (8 * AGREEMENTS[alg]).to_bytes(4, "big")
    return hashlib.sha256((1).to_bytes(4, "big") + shared + info).digest()[: AGREEMENTS[alg]]


class DataSigned:
    """A JWS: the payload, and for each signature its protected header and octets."""

    def __init__(self, payload, signatures):
        self.payload = payload
        self.signatures = []
        for protected, own, signature in signatures:
            header = jose_header(protected, JWS_HEADERS)
            own = checked(own, {"kid"})
            if "kid" in own and "kid" in header:
                raise bad("a header twice")
            self.signatures.append((protected, header, key_id({**own, **header}), decode(signature)))
        if not 1 <= len(self.signatures) <= 64 or len({kid for _, _, kid, _ in self.signatures}) != len(self.signatures):
            raise bad("no signature, or a key twice")
        if any(text(header, "alg") not in SIGNATURES for _, header, _, _ in self.signatures):
            raise bad("an algorithm that is not listed")

    def verify(self, keys):
        headers = []
        for protected, header, kid, signature in self.signatures:
            key = keys["verifying"].get(kid)
            if key is None:
                continue
            if header["alg"] != {"mac": "HS256", "verifier": "ES256"}[key["use"]]:
                raise bad("another algorithm than the key's")
            if not verified(key, (protected + "." + self.payload).encode(), signature):
                raise Refusal(4103, "a signature does not verify")
            headers.append(header)
        if not headers:
            raise Refusal(4112, "no key is named that is known")
        return headers


def verified(key, message, signature):
    if key["use"] == "mac":
        return hmac.compare_digest(hmac.new(octets(key, "key"), message, hashlib.sha256).digest(), signature)
    if len(signature) != 64:
        return False
    dss = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        public_key(json.loads(key["jwk"])).verify(dss, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def compact_data(value):
    parts = value.split(".")
    if len(parts) == 5:
        return DataEncrypted(parts[0], [({}, parts[1])], parts[2], parts[3], parts[4], None)
    if len(parts) == 3:
        return DataSigned(parts[1], [(parts[0], {}, parts[2])])
    raise bad("neither JWE nor JWS")


def json_data(value):
    node = read_json(value.encode("utf-8"))
    if isinstance(node, dict) and "payload" in node:
        members(node, {"payload", "protected", "header", "signature", "signatures"})
        if "signatures" in node and set(node) != {"payload", "signatures"}:
            raise bad("forms for one and for several mixed")
        each = node.get("signatures", [{name: value for name, value in node.items() if name != "payload"}])
        for one in each:
            members(one, {"protected", "header", "signature"})
        return DataSigned(text(node, "payload"), [(text(one, "protected"), one.get("header", {}), text(one, "signature")) for one in each])
    members(node, {"protected", "header", "encrypted_key", "recipients", "aad", "iv", "ciphertext", "tag"})
    if "recipients" in node and ("header" in node or "encrypted_key" in node):
        raise bad("forms for one and for several mixed")
    each = node.get("recipients", [{name: node[name] for name in ("header", "encrypted_key") if name in node}])
    targets = []
    for one in each:
        members(one, {"header", "encrypted_key"})
        if one.get("encrypted_key") == "":
            raise bad("an empty encrypted_key")
        targets.append((one.get("header", {}), one.get("encrypted_key", "")))
    return DataEncrypted(text(node, "protected"), targets, text(node, "iv"), text(node, "ciphertext"), text(node, "tag"), node.get("aad"))


def plain_base64(value):
    try:
        found = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise bad("no base64") from error
    if base64.b64encode(found).decode() != value:
        raise bad("not the base64 that encoding yields")
    return found


def require_type(header, kind):
    if optional_text(header, "typ") not in (None, "JOSE", "JOSE+JSON", OURS[kind]):
        raise bad("made for another purpose")


def described(header, kind, content_info, payload):
    media_type, encoding, _ = content_info
    cty, ety = optional_text(header, "cty"), header.get("ety", 0)
    ours = optional_text(header, "typ") == OURS[kind]
    named = media_type if cty is None else cty if "/" in cty else "application/" + cty
    if named != media_type or ours and (cty is None or ety != encoding):
        raise bad("not what contentInfo says")
    transfer = ety if ours else encoding
    return {"payload": (plain_base64(payload.decode()) if transfer else payload).hex(), "mediaType": media_type}


def es_data(group, test):
    keys = {"opening": {}, "verifying": {}}
    for key in group["keys"]:
        if key["use"] in ("direct", "wrapping", "recipient"):
            keys["opening"][key["kid"]] = key
        if key["use"] in ("mac", "verifier"):
            keys["verifying"][key["kid"]] = key
    media_type, encoding, security = test["contentInfo"].split(":")
    content_info = (media_type, int(encoding), int(security))
    content, expects = test["content"], test["expects"]
    if content_info[2] == 1:
        parsed = compact_data(content)
    elif content_info[2] in (2, 3):
        parsed = json_data(content if content_info[2] == 2 else plain_base64(content).decode("utf-8"))
    else:
        raise bad("not protected")
    if isinstance(parsed, DataSigned):
        if expects != "SIGNATURE_ONLY":
            raise bad("of another class")
        return read_signed(parsed, content_info, keys, None)
    if expects == "SIGNATURE_ONLY":
        raise bad("of another class")
    require_type(parsed.header, "JWE")
    inside = optional_text(parsed.header, "cty")
    if (inside in ("JOSE", "JOSE+JSON")) != (expects == "NESTED"):
        raise bad("of another class")
    kid, plaintext = parsed.open(keys)
    if expects == "ENCRYPTION_ONLY":
        return described(parsed.header, "JWE", content_info, plaintext)
    inner = (compact_data if inside == "JOSE" else json_data)(plaintext.decode("utf-8"))
    if not isinstance(inner, DataSigned):
        raise bad("no signed data inside")
    return read_signed(inner, content_info, keys, kid)


def read_signed(signed, content_info, keys, decrypted_with):
    headers = signed.verify(keys)
    for header in headers:
        require_type(header, "JWS")
        audience = header.get("aud")
        if audience is None:
            if decrypted_with and optional_text(header, "typ") == OURS["JWS"]:
                raise bad("signed for everybody, and encrypted by somebody")
        elif decrypted_with not in audience:
            raise Refusal(4103, "signed for other targets")
        if header.get("cty") != headers[0].get("cty") or header.get("ety") != headers[0].get("ety"):
            raise bad("described differently by its signatures")
    return described(headers[0], "JWS", content_info, decode(signed.payload))


KINDS = {
    "EsDataOpen": es_data,
    "ProvisioningMaster": derived(TO_MASTER),
    "ProvisioningConnection": derived(TO_CONNECTION),
    "ProvisioningUsage": usage_constrained,
    "ProvisioningEndToEnd": end_to_end,
    "KeyIdentifier": key_identifiers,
    "ExporterSplit": exporter_split,
    "EsprimRandObject": rand_object,
    "EsprimDerivation": derivation,
    "EsprimObject": whole_object,
    "EsprimSealRequest": seal_request,
    "EsprimSealResponse": seal_response,
    "EsprimOpenRequest": open_request,
    "EsprimOpenResponse": open_answer,
    "EsprimInner": inner,
    "SecurityInfo": security_info,
    **group_oscore.KINDS,
    **epoch.KINDS,
}


# --- verdicts ----------------------------------------------------------------------------------------------------------------------


def failure(group, test):
    """Empty when the test came out as it says."""
    kind = KINDS.get(group["type"])
    if kind is None:
        return "no tests of type %s are known here" % group["type"]
    try:
        outputs = kind(group, test)
    except Refusal as refusal:
        if test["result"] == "valid":
            return "refused with %d (%s), has to be accepted" % (refusal.status, refusal)
        return "" if refusal.status == test["status"] else "refused with %d, has to be %d" % (refusal.status, test["status"])
    except BadVector as error:
        return str(error)
    if test["result"] == "invalid":
        return "accepted, has to be refused with %d" % test["status"]
    for name, value in outputs.items():
        if test[name] != value:
            return "%s is %s" % (name, value)
    return ""


def main(paths):
    if not paths:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    tests = failed = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                root = json.load(file)
        except (OSError, ValueError) as error:
            print("%s: %s" % (path, error), file=sys.stderr)
            return 2
        count = bad_ones = 0
        for group in root["testGroups"]:
            for test in group["tests"]:
                count += 1
                why = failure(group, test)
                if why:
                    bad_ones += 1
                    print("%s: tcId %d (%s): %s" % (path, test["tcId"], test["comment"], why))
        if count == 0 or count != root["numberOfTests"]:
            bad_ones += 1
            print("%s: holds %d tests, not the number it names" % (path, count))
        print("%s: %d tests, %s" % (path, count, "%d failed" % bad_ones if bad_ones else "all as they say"))
        tests, failed = tests + count, failed + bad_ones
    print("%d tests in %d files, %d failed" % (tests, len(paths), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
