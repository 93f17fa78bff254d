"""The CBOR (RFC 8949) that is computed with and signed."""


def encode(item):
    """None, bool, int, bytes, str, list or dict with items in their order, in the shortest form."""
    if item is None:
        return b"\xf6"
    if isinstance(item, bool):
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    if isinstance(item, list):
        return head(4, len(item)) + b"".join(map(encode, item))
    return head(5, len(item)) + b"".join(encode(k) + encode(v) for k, v in item.items())


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major << 5 | code]) + number.to_bytes(size, "big")
    raise ValueError("a number too large")


def decode(octets):
    """One item and nothing behind it; ValueError when it is anything else."""
    item, rest = take(octets)
    if rest:
        raise ValueError("octets behind the end")
    return item


def decode_canonical(octets):
    """As above, in the form that encode gives and no other."""
    item = decode(octets)
    if encode(item) != octets:
        raise ValueError("not the shortest form")
    return item


def take(octets):
    if not octets:
        raise ValueError("cut short")
    major, code, rest = octets[0] >> 5, octets[0] & 31, octets[1:]
    if major == 7:
        if code not in (20, 21, 22):
            raise ValueError("not read here")
        return {20: False, 21: True, 22: None}[code], rest
    if code > 27 or major == 6:
        raise ValueError("not read here")
    number = code
    if code >= 24:
        size = 1 << (code - 24)
        if len(rest) < size:
            raise ValueError("cut short")
        number, rest = int.from_bytes(rest[:size], "big"), rest[size:]
    if major in (0, 1):
        return number if major == 0 else -1 - number, rest
    if major in (2, 3):
        if len(rest) < number:
            raise ValueError("cut short")
        return rest[:number] if major == 2 else rest[:number].decode("utf-8"), rest[number:]
    if number > len(rest):
        raise ValueError("cut short")
    if major == 4:
        items = []
        for _ in range(number):
            item, rest = take(rest)
            items.append(item)
        return items, rest
    pairs = {}
    for _ in range(number):
        key, rest = take(rest)
        value, rest = take(rest)
        if not isinstance(key, (int, str)) or key in pairs:
            raise ValueError("a key twice")
        pairs[key] = value
    return pairs, rest
