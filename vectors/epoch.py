"""Trees of labels, epoch blocks and ratchets, written from docs/protocol.md section 4a."""

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

import cbor
from common import Refusal, bad, octets

SCHEMES = ("subset-difference", "complete-subtree")
PROTECTED = bytes.fromhex("a10127")
SHORT = 16


def mac(key, *message):
    return hmac.new(key, b"".join(message), hashlib.sha256).digest()


def hkdf(material, info, length):
    key, out, block, count = mac(bytes(32), material), b"", b"", 1
    while len(out) < length:
        block = mac(key, block, info, bytes([count]))
        out, count = out + block, count + 1
    return out[:length]


def digest(*parts):
    return hashlib.sha256(b"".join(parts)).digest()[:SHORT]


def excluded_member():
    return Refusal(4103, "the member is excluded")


# --- trees -------------------------------------------------------------------------------------------------------------------------


def depth(node):
    return node.bit_length() - 1


def below(node, above):
    """Whether a node is another, or under it."""
    return depth(node) >= depth(above) and node >> (depth(node) - depth(above)) == above


def holds(subset, node):
    start, except_ = subset
    return below(node, start) and not (except_ and below(node, except_))


def child(label, right):
    return mac(label, b"sealpost/v1/tree/step", bytes([right]))[:16]


def key_of(label):
    return mac(label, b"sealpost/v1/tree/key")


class Tree:
    def __init__(self, node):
        self.difference = node["scheme"] == SCHEMES[0]
        self.scheme = SCHEMES.index(node["scheme"]) + 1
        self.height, self.group, self.generation = int(node["height"]), node["group"].encode(), int(node["generation"])
        self.secret = octets(node, "treeSecret")

    def own(self, node):
        info = b"sealpost/v1/tree/node\0" + self.group + b"\0" + self.generation.to_bytes(8, "big") + node.to_bytes(4, "big")
        return hkdf(self.secret, info, 16)

    def descend(self, label, start, node):
        for at in range(depth(start) + 1, depth(node) + 1):
            label = child(label, node >> (depth(node) - at) & 1)
        return label

    def key(self, subset):
        start, except_ = subset
        if not self.difference:
            return key_of(self.own(start))
        return key_of(self.own(0) if except_ == 0 else self.descend(self.own(start), start, except_))

    def labels(self, leaf):
        node = (1 << self.height) + leaf
        way = [node >> (self.height - at) for at in range(self.height + 1)]
        if not self.difference:
            return [self.own(n) for n in way]
        found = []
        for at in range(self.height):
            found += [self.descend(self.own(way[at]), way[at], n ^ 1) for n in way[at + 1 :]]
        return found + [self.own(0)]

    def member_key(self, leaf, subset):
        """From what the member stores, and nothing else."""
        node, (start, except_) = (1 << self.height) + leaf, subset
        stored = self.labels(leaf)
        if not holds(subset, node):
            raise excluded_member()
        if not self.difference:
            if except_:
                raise excluded_member()
            return key_of(stored[depth(start)])
        if except_ == 0:
            if start != 1:
                raise excluded_member()
            return key_of(stored[-1])
        top, parting = depth(start), depth(start) + 1
        while node >> (self.height - parting) == except_ >> (depth(except_) - parting):
            parting += 1
        before = sum(self.height - at for at in range(top))
        label = stored[before + parting - top - 1]
        return key_of(self.descend(label, except_ >> (depth(except_) - parting), except_))

    def cover(self, assigned, revoked):
        excluded = {(1 << self.height) + leaf for leaf in revoked}
        if assigned < 1 << self.height:
            excluded |= self.unassigned(1, assigned)
        # what has something excluded under it
        tainted = set()
        for node in excluded:
            while node:
                tainted.add(node)
                node >>= 1
        found = []
        if self.difference:
            if not excluded:
                return [(1, 0)]
            stands = self.stands(1, excluded, tainted, found)
            if stands != 1:
                found.append((1, stands))
        elif not excluded:
            found.append((1, 0))
        else:
            for node in tainted - excluded:
                found += [(c, 0) for c in (2 * node, 2 * node + 1) if c not in tainted]
        return sorted(found)

    def unassigned(self, node, assigned):
        size = 1 << (self.height - depth(node))
        first = node * size - (1 << self.height)
        if first >= assigned:
            return {node}
        if first + size <= assigned:
            return set()
        return self.unassigned(2 * node, assigned) | self.unassigned(2 * node + 1, assigned)

    def stands(self, node, excluded, tainted, found):
        if node in excluded:
            return node
        sides = [c for c in (2 * node, 2 * node + 1) if c in tainted]
        if len(sides) == 1:
            return self.stands(sides[0], excluded, tainted, found)
        for side in sides:
            stands = self.stands(side, excluded, tainted, found)
            if stands != side:
                found.append((side, stands))
        return node

    def encoded_length(self):
        return (2 * (self.height + 1) + 7) // 8

    def encode(self, subset):
        return (subset[0] << (self.height + 1) | subset[1]).to_bytes(self.encoded_length(), "big")

    def decode(self, raw):
        value = int.from_bytes(raw, "big")
        start, except_ = value >> (self.height + 1), value & (1 << (self.height + 1)) - 1
        if not 1 <= start < 1 << (self.height + 1) or except_ and (except_ == start or not below(except_, start)):
            raise bad("no subset of the tree")
        return start, except_


def text(subsets):
    return " ".join("%d/%d" % s for s in subsets)


# --- COSE_Sign1 and Merkle trees ---------------------------------------------------------------------------------------------------


def structure(external, payload):
    return cbor.encode(["Signature1", PROTECTED, external, payload])


def sign(seed, external, payload):
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(structure(external, payload))
    return cbor.encode([PROTECTED, {}, payload, signature])


def canonical(raw, length):
    try:
        items = cbor.decode_canonical(raw)
    except ValueError as error:
        raise bad("damaged") from error
    if not isinstance(items, list) or len(items) != length:
        raise bad("of another form")
    return items


class Signed:
    def __init__(self, raw):
        self.raw = raw
        protected, unprotected, self.payload, self.signature = canonical(raw, 4)
        whole = isinstance(self.payload, bytes) and isinstance(self.signature, bytes) and len(self.signature) == 64
        if protected != PROTECTED or unprotected != {} or not whole:
            raise bad("no COSE_Sign1")

    def verifies(self, public, external):
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, structure(external, self.payload))
            return True
        except InvalidSignature:
            return False


def leaf_hash(index, entry):
    return digest(b"\0", index.to_bytes(4, "big"), entry)


def pair_hash(index, left, right):
    return digest(b"\2", index.to_bytes(4, "big"), left, right)


def split(count):
    return 1 << ((count - 1).bit_length() - 1)


def merkle(entries, first=0):
    if not entries:
        return digest(b"\0")
    if len(entries) == 1:
        return leaf_hash(first, entries[0])
    if len(entries) == 2:
        return pair_hash(first, entries[0], entries[1])
    middle = split(len(entries))
    return digest(b"\1", merkle(entries[:middle], first), merkle(entries[middle:], first + middle))


def way_of(entries, index, first=0):
    if len(entries) == 1:
        return []
    if len(entries) == 2:
        return [entries[1 - (index - first)]]
    middle = split(len(entries))
    if index - first < middle:
        return way_of(entries[:middle], index, first) + [merkle(entries[middle:], first + middle)]
    return way_of(entries[middle:], index, first + middle) + [merkle(entries[:middle], first)]


def climb(entry, index, count, way):
    """The root, or None when the way is not one to it."""
    if not 0 <= index < count:
        return None
    turns, first, size, pair = [], 0, count, None
    while size > 1:
        if size == 2:
            pair = first
        middle = split(size)
        right = index - first >= middle
        turns.append(right)
        first, size = (first + middle, size - middle) if right else (first, middle)
    lengths = [SHORT] * len(turns)
    if pair is not None:
        lengths[0] = len(entry)
    if [len(beside) for beside in way] != lengths:
        return None
    steps = list(zip(reversed(turns), way))
    if pair is None:
        node = leaf_hash(index, entry)
    else:
        right, beside = steps.pop(0)
        node = pair_hash(pair, beside, entry) if right else pair_hash(pair, entry, beside)
    for right, beside in steps:
        node = digest(b"\1", beside, node) if right else digest(b"\1", node, beside)
    return node


# --- blocks ------------------------------------------------------------------------------------------------------------------------

ZERO, ONE, MOST = 0, 1, (1 << 63) - 1
HEADER = (
    ("version", 1, 1),
    ("scheme", 1, 2),
    ("height", 1, 24),
    ("group", 8),
    ("generation", 1, MOST),
    ("epoch", 1, MOST),
    ("notAfter", 0, MOST),
    ("previous", 16),
    ("entries", 0, 1 << 16),
    ("commanderVersion", 0, MOST),
    ("commanders", 16),
    ("commitment", 32),
)


def read_header(raw):
    found = {}
    for (name, *form), item in zip(HEADER, canonical(raw, len(HEADER))):
        if len(form) == 1:
            right = isinstance(item, bytes) and len(item) == form[0]
        else:
            right = isinstance(item, int) and not isinstance(item, bool) and form[0] <= item <= form[1]
        if not right:
            raise bad("no header of version 1")
        found[name] = item
    return found


def about(label, group, header, more):
    numbers = header["generation"].to_bytes(8, "big") + header["epoch"].to_bytes(8, "big")
    return ("sealpost/v1/block/" + label).encode() + b"\0" + group + b"\0" + numbers + more


def hide(seed, key, group, header):
    mask = mac(key, about("wrap", group, header, header["commitment"]), b"\x01")[:16]
    return bytes(a ^ b for a, b in zip(seed, mask))


def entry_length(header):
    return (2 * (header["height"] + 1) + 7) // 8 + 16


def group_hash(group):
    return hashlib.sha256(group).digest()[:8]


class Block:
    def __init__(self, raw):
        signed, entries = canonical(raw, 2)
        if not isinstance(signed, bytes) or not isinstance(entries, bytes):
            raise bad("no block")
        self.signed = Signed(signed)
        self.header = read_header(self.signed.payload)
        size = entry_length(self.header)
        if len(entries) != self.header["entries"] * size:
            raise bad("another number of entries")
        self.entries = [entries[at : at + size] for at in range(0, len(entries), size)]

    def slice(self, index):
        return cbor.encode([self.signed.raw, index, self.entries[index], b"".join(way_of(self.entries, index))])


class Slice:
    def __init__(self, raw):
        signed, self.index, self.entry, way = canonical(raw, 4)
        number = isinstance(self.index, int) and not isinstance(self.index, bool) and 0 <= self.index < 1 << 31
        if not number or not all(isinstance(b, bytes) for b in (signed, self.entry, way)):
            raise bad("no slice")
        self.signed = Signed(signed)
        self.header = read_header(self.signed.payload)
        if len(self.entry) != entry_length(self.header):
            raise bad("an entry of another length")
        beside = len(self.entry) if len(way) % SHORT else 0
        if len(way) < beside or (len(way) - beside) % SHORT:
            raise bad("a way of another length")
        self.way = ([way[:beside]] if beside else []) + [way[at : at + SHORT] for at in range(beside, len(way), SHORT)]


def require_current(tree, header, now):
    if header["group"] != group_hash(tree.group):
        raise bad("another group")
    if header["generation"] != tree.generation:
        raise Refusal(4105, "another generation")
    if now > header["notAfter"]:
        raise Refusal(4008, "over")


def open_slice(group, test, part):
    tree, header = Tree(group), part.header
    require_current(tree, header, int(test["now"]))
    block_hash, highest = digest(part.signed.raw), int(test["highest"])
    if header["epoch"] < highest or header["epoch"] == highest and block_hash != octets(test, "held"):
        raise Refusal(4105, "not newer")
    root = climb(part.entry, part.index, header["entries"], part.way)
    if root is None or not part.signed.verifies(octets(group, "publicKey"), b"sealpost/v1/block\0" + root):
        raise Refusal(4103, "not signed")
    key = tree.member_key(int(test["leaf"]), tree.decode(part.entry[:-16]))
    seed = hide(part.entry[-16:], key, tree.group, header)
    if hkdf(seed, about("commitment", tree.group, header, header["previous"]), 32) != header["commitment"]:
        raise Refusal(4103, "another seed")
    secret = hkdf(seed, about("secret", tree.group, header, header["commitment"]), 32)
    return {"epoch": str(header["epoch"]), "secret": secret.hex(), "hash": block_hash.hex()}


# --- the types of tests ------------------------------------------------------------------------------------------------------------


def labels(group, test):
    return {"labels": b"".join(Tree(group).labels(int(test["leaf"]))).hex()}


def cover(group, test):
    return {"subsets": text(Tree(group).cover(int(test["assigned"]), [int(leaf) for leaf in test["revoked"]]))}


def subset_key(group, test):
    tree, subset = Tree(group), tuple(map(int, test["subset"].split("/")))
    key = tree.member_key(int(test["leaf"]), subset)
    return {"key": key.hex() if key == tree.key(subset) else "", "encoded": tree.encode(subset).hex()}


def issue(group, test):
    tree = Tree(group)
    subsets = tree.cover(int(test["assigned"]), [int(leaf) for leaf in test["revoked"]])
    header = {
        "version": 1,
        "scheme": tree.scheme,
        "height": tree.height,
        "group": group_hash(tree.group),
        "generation": tree.generation,
        "epoch": int(test["epoch"]),
        "notAfter": int(test["notAfter"]),
        "previous": octets(test, "previous"),
        "entries": len(subsets),
        "commanderVersion": int(test["commanderVersion"]),
        "commanders": octets(test, "commanders"),
    }
    seed = octets(test, "seed")
    header["commitment"] = hkdf(seed, about("commitment", tree.group, header, header["previous"]), 32)
    entries = [tree.encode(s) + hide(seed, tree.key(s), tree.group, header) for s in subsets]
    payload = cbor.encode([header[name] for name, *_ in HEADER])
    signed = sign(octets(group, "signingKey"), b"sealpost/v1/block\0" + merkle(entries), payload)
    return {"block": cbor.encode([signed, b"".join(entries)]).hex(), "hash": digest(signed).hex()}


def open_block(group, test):
    block, tree = Block(octets(test, "block")), Tree(group)
    require_current(tree, block.header, int(test["now"]))
    subsets = [tree.decode(entry[:-16]) for entry in block.entries]
    leaf = (1 << tree.height) + int(test["leaf"])
    for index, subset in enumerate(subsets):
        if holds(subset, leaf):
            return open_slice(group, test, Slice(block.slice(index)))
    raise excluded_member()


def cut(group, test):
    return {"slice": Block(octets(test, "block")).slice(int(test["index"])).hex()}


def open_one(group, test):
    return open_slice(group, test, Slice(octets(test, "slice")))


def ratchet(group, secret, start, end):
    for epoch in range(start + 1, end + 1):
        secret = hkdf(secret, b"sealpost/v1/epoch/ratchet\0" + group + b"\0" + epoch.to_bytes(8, "big"), 32)
    return secret


def ratchets(group, test):
    found = ratchet(test["group"].encode(), octets(test, "secret"), int(test["from"]), int(test["to"]))
    return {"next": found.hex()}


def check(secret):
    return mac(secret, b"sealpost/v1/epoch/check")[:SHORT]


def notice(group, test):
    block = Block(octets(test, "block"))
    h = block.header
    payload = [1, h["group"], h["generation"], digest(block.signed.raw), int(test["epoch"]), int(test["notAfter"]), check(octets(test, "secret"))]
    return {"notice": sign(octets(group, "signingKey"), b"sealpost/v1/notice", cbor.encode(payload)).hex()}


def advance(group, test):
    signed = Signed(octets(test, "notice"))
    items = canonical(signed.payload, 7)
    forms = (int, bytes, int, bytes, int, int, bytes)
    if any(type(item) is not form for item, form in zip(items, forms)) or [len(items[i]) for i in (1, 3, 6)] != [8, 16, 16]:
        raise bad("no notice")
    version, name, _, block, epoch, not_after, promised = items
    if version != 1 or name != group_hash(group["group"].encode()):
        raise bad("another version or group")
    held = int(test["held"])
    if block != octets(test, "newest") or not held < epoch <= held + (1 << 16):
        raise Refusal(4105, "does not follow")
    if int(test["now"]) > not_after:
        raise Refusal(4008, "over")
    if not signed.verifies(octets(group, "publicKey"), b"sealpost/v1/notice"):
        raise Refusal(4103, "not signed")
    secret = ratchet(group["group"].encode(), octets(test, "secret"), held, epoch)
    if check(secret) != promised:
        raise Refusal(4103, "another secret")
    return {"next": secret.hex(), "epoch": str(epoch)}


KINDS = {
    "TreeLabels": labels,
    "TreeCover": cover,
    "SubsetKey": subset_key,
    "EpochBlockIssue": issue,
    "EpochBlockOpen": open_block,
    "EpochSliceCut": cut,
    "EpochSliceOpen": open_one,
    "EpochRatchet": ratchets,
    "EpochNoticeIssue": notice,
    "EpochNoticeAdvance": advance,
}
