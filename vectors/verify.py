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

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    print("verify.py needs the package cryptography: apt-get install python3-cryptography, or pip install cryptography", file=sys.stderr)
    sys.exit(2)


class Refusal(Exception):
    """The answer "no", with a oneM2M response status code."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


class BadVector(Exception):
    """A test that can't be tried."""


# --- JSON and base64url ------------------------------------------------------------------------------------------------------------

MAX_OCTETS = 1 << 20


def bad(why):
    return Refusal(4000, why)


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
        self.sessions = {}

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
        number = NUMBER.get(obj.enc)
        if number is None or number not in session.originator.aeads or number < NUMBER[self.floor]:
            raise Refusal(4111, "not agreed")
        plaintext = session.open(obj, RESPONSE)
        self.sessions[(obj.ori, obj.rri)] = session
        return session, obj, plaintext

    def start(self, obj, own, now):
        if obj.oro is None:
            raise Refusal(4113, "unknown originator's object")
        if obj.oro.id != obj.ori:
            raise bad("ori is another object's")
        if now >= obj.oro.expiry:
            raise Refusal(4113, "expired originator's object")
        exceeds = obj.oro.expiry > own.expiry
        exceeds = exceeds or not set(obj.oro.generations) <= set(own.generations) or not set(obj.oro.aeads) <= set(own.aeads)
        if exceeds:
            raise Refusal(4111, "the originator's object exceeds the receiver's")
        return Session(self.pairwise, own, obj.oro)


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


def octets(node, name):
    return bytes.fromhex(node[name])


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


KINDS = {
    "EsprimRandObject": rand_object,
    "EsprimDerivation": derivation,
    "EsprimObject": whole_object,
    "EsprimSealRequest": seal_request,
    "EsprimSealResponse": seal_response,
    "EsprimOpenRequest": open_request,
    "EsprimOpenResponse": open_answer,
    "EsprimInner": inner,
    "SecurityInfo": security_info,
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
