"""A client of RFC 9594 in the profile for Group OSCORE, on aiocoap: enrols (protocol 3a), joins a group at Sealpost's group manager (4c), and takes commands as a member of it. Nothing in it comes from Sealpost's program."""

import base64
import hashlib
import json
import os
import pathlib
import struct

import aiocoap
import aiocoap.resource
import cbor2
from aiocoap import oscore
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

METHODS = {"GET": aiocoap.GET, "POST": aiocoap.POST, "FETCH": aiocoap.FETCH, "DELETE": aiocoap.DELETE}


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def jwk(key):
    numbers = key.public_key().public_numbers()
    return json.dumps({"crv": "P-256", "kty": "EC", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}, separators=(",", ":"))


def thumbprint(key):
    return b64(hashlib.sha256(jwk(key).encode()).digest())


def sign(key, message):
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jws(key, typ, payload):
    head = json.dumps({"alg": "ES256", "kid": thumbprint(key), "typ": typ}, separators=(",", ":")).encode()
    message = (b64(head) + "." + b64(payload)).encode()
    return message.decode() + "." + b64(sign(key, message))


def open_package(key, compact):
    """JWE, ECDH-ES+A256KW (RFC 7518 4.6) and A256GCM."""
    head, wrapped, iv, text, tag = compact.split(".")
    header = json.loads(unb64(head))
    assert header["alg"] == "ECDH-ES+A256KW" and header["enc"] == "A256GCM"
    epk = header["epk"] if isinstance(header["epk"], dict) else json.loads(header["epk"])
    point = ec.EllipticCurvePublicNumbers(int.from_bytes(unb64(epk["x"]), "big"), int.from_bytes(unb64(epk["y"]), "big"), ec.SECP256R1()).public_key()
    z = key.exchange(ec.ECDH(), point)
    alg = header["alg"].encode()
    info = struct.pack(">I", len(alg)) + alg + struct.pack(">I", 0) + struct.pack(">I", 0) + struct.pack(">I", 256)
    kek = hashlib.sha256(struct.pack(">I", 1) + z + info).digest()
    cek = keywrap.aes_key_unwrap(kek, unb64(wrapped))
    return AESGCM(cek).decrypt(unb64(iv), unb64(text) + unb64(tag), head.encode())


def derived(pairwise, label):
    return HKDF(hashes.SHA256(), 32, b"", label.encode() + b"\0").derive(pairwise)


def bstr(octets):
    return cbor2.dumps(octets)


class NoPairwiseMode:
    """aiocoap 0.4.17 asks the pairwise algorithm for its lengths even where a group has none; its number is null then."""

    value = None

    def __init__(self, group):
        self.iv_bytes = group.iv_bytes
        self.tag_bytes = group.tag_bytes


class Answering(oscore._GroupContextAspect):
    """aiocoap 0.4.17 answers group requests in pairwise mode, which a signature-only group does not have."""

    echo_recovery = None

    def context_for_response(self):
        return self.groupcontext


class SignatureOnlyGroup(oscore.SimpleGroupContext):
    """A group without pairwise mode, as Sealpost's are."""

    def get_oscore_context_for(self, unprotected):
        if unprotected.get(oscore.COSE_KID_CONTEXT) != self.id_context or oscore.COSE_COUNTERSIGNATURE0 not in unprotected:
            return None
        kid = unprotected.get(oscore.COSE_KID)
        return Answering(self, kid) if kid in self.peers else None


class CommandResource(aiocoap.resource.Resource):
    """Does what a command says, and says so (protocol 5)."""

    def __init__(self, client):
        super().__init__()
        self.client = client

    async def render_post(self, request):
        command = json.loads(request.payload)
        self.client.done.append(command["vrb"])
        answer = {"v": 1, "cmd": command["cmd"], "grp": command["grp"], "epo": command["epo"], "frm": self.client.identity, "cdr": command["frm"], "out": "done", "det": "by aiocoap", "at": command["iat"]}
        return aiocoap.Message(code=aiocoap.CHANGED, payload=json.dumps(answer, separators=(",", ":")).encode(), content_format=50)


class StandardClient:
    def __init__(self):
        self.done = []
        self.node = None

    def enrolment(self, identity):
        self.identity = identity
        self.agreement = ec.generate_private_key(ec.SECP256R1())
        self.signature = ec.generate_private_key(ec.SECP256R1())
        said = {"v": 1, "id": identity, "knd": "none", "lvl": 0, "ver": "1", "agr": thumbprint(self.agreement)}
        return {
            "identity": identity,
            "agreementKey": jwk(self.agreement),
            "signatureKey": jwk(self.signature),
            "attestation": jws(self.signature, "sealpost-attestation+jws", json.dumps(said, separators=(",", ":")).encode()),
        }

    def accept(self, package, manager, folder, coap):
        """Makes the context with the group manager, as aiocoap keeps contexts."""
        content = open_package(self.agreement, package)
        pairwise = content[:32]
        signed = content[32:].decode().split(".")
        told = json.loads(unb64(signed[1]))
        assert told["to"] == self.identity and told["kh"] == b64(hashlib.sha256(pairwise).digest())
        self.root = json.loads(told["root"])
        self.challenge = derived(pairwise, "sealpost/v1/manager/challenge")
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True)
        settings = {"sender-id_hex": hashlib.sha256(self.identity.encode()).digest()[:7].hex(), "recipient-id_hex": "", "secret_hex": derived(pairwise, "sealpost/v1/manager/context").hex()}
        (folder / "settings.json").write_text(json.dumps(settings))
        self.manager = manager
        self.coap = coap
        coap.client_credentials[manager + "/*"] = oscore.FilesystemSecurityContext(str(folder))

    def credential(self):
        numbers = self.signature.public_key().public_numbers()
        return cbor2.dumps({2: self.identity, 8: {1: {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}}})

    async def ask(self, method, path, payload=b""):
        message = aiocoap.Message(code=METHODS[method], uri=self.manager + "/ace-group" + path, payload=payload)
        answer = await self.coap.request(message).response
        assert answer.remote.__class__.__name__ == "OSCOREAddress", "the answer is not protected"
        return answer

    async def join(self, group, roles, spoil):
        scope = cbor2.dumps([[group, roles]])
        nonce = os.urandom(8)
        proof = sign(self.signature, bstr(scope) + bstr(self.challenge) + bstr(nonce if not spoil else b"another."))
        request = {3: scope, 4: None, 5: self.credential(), 6: nonce, 24: proof}
        answer = await self.ask("POST", "/" + group, cbor2.dumps(request))
        if answer.code != aiocoap.CREATED:
            return None, self.told(answer)
        said = cbor2.loads(answer.payload)
        manager = cbor2.loads(said[17])[8][1]
        assert manager[-2] == unb64(self.root["x"]) and manager[-3] == unb64(self.root["y"]), "another group manager"
        key = ec.EllipticCurvePublicNumbers(int.from_bytes(manager[-2], "big"), int.from_bytes(manager[-3], "big"), ec.SECP256R1()).public_key()
        r, s = int.from_bytes(said[19][:32], "big"), int.from_bytes(said[19][32:], "big")
        key.verify(encode_dss_signature(r, s), bstr(nonce) + bstr(said[18]), ec.ECDSA(hashes.SHA256()))
        self.node = "/" + "/".join(answer.opt.location_path[1:])
        return self.context(said), {**self.told(answer), "epoch": said[9], "peers": len(said[13]), "location": "/".join(answer.opt.location_path)}

    def context(self, said):
        key = said[8]
        assert 4 not in key and key[10] == -7 and key[11] == [[2], [2, 1]] and key[8] == 14
        algorithm = next(a for a in oscore.algorithms.values() if a.value == key[9])
        return SignatureOnlyGroup(
            NoPairwiseMode(algorithm),
            oscore.hashfunctions["sha256"],
            oscore.ECDSA_SHA256_P256(),
            algorithm,
            None,
            key[6],
            key[2],
            key.get(5, b""),
            key[7],
            self.signature,
            self.credential(),
            dict(zip(said[15], said[13])),
            said[17],
        )

    @staticmethod
    def told(answer):
        problem = cbor2.loads(answer.payload) if answer.payload and answer.code.class_ >= 4 else {}
        return {"code": str(answer.code.dotted), "error": problem.get(0, {}).get(0, -1), "payload": answer.payload.hex()}

    async def fetch(self, method, path, payload):
        return self.told(await self.ask(method, path.replace("NODE", self.node or ""), payload))
