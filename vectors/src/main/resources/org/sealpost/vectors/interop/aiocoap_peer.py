"""The other side of `./sealpost interop aiocoap`: a member of a group on aiocoap, server and client in one. Takes orders as JSON lines, answers each with one."""

import asyncio
import json
import sys

import aiocoap
import aiocoap.credentials
import aiocoap.resource
from aiocoap import oscore
from aiocoap.oscore_sitewrapper import OscoreSiteWrapper

import standard_client


class StaticAgreementP256(oscore.ECDSA_SHA256_P256):
    """aiocoap gives its P-256 key agreement the number of the signature (its source says so in a FIXME); RFC 10021 has ECDH-SS + HKDF-256."""

    value = -27


class Door(aiocoap.resource.Resource):
    async def render_get(self, request):
        return aiocoap.Message(code=aiocoap.CONTENT, payload=b"open")

    async def render_post(self, request):
        return aiocoap.Message(code=aiocoap.CHANGED, payload=b"did " + request.payload)


def group_context(order, number):
    part = order["contexts"][number]
    aead = oscore.algorithms[order["aead"]]
    private = bytes.fromhex(order["privateKey"])
    if order["signature"] == "EdDSA":
        signature, agreement = oscore.Ed25519(), oscore.EcdhSsHkdf256()
    else:
        signature, agreement = oscore.ECDSA_SHA256_P256(), StaticAgreementP256()
        private = oscore.asymmetric.ec.derive_private_key(int.from_bytes(private, "big"), oscore.asymmetric.ec.SECP256R1())
    return oscore.SimpleGroupContext(
        aead,
        oscore.hashfunctions["sha256"],
        signature,
        aead,
        agreement,
        bytes.fromhex(part["gid"]),
        bytes.fromhex(part["masterSecret"]),
        bytes.fromhex(part["masterSalt"]),
        bytes.fromhex(order["senderId"]),
        private,
        bytes.fromhex(order["credential"]),
        {bytes.fromhex(name): bytes.fromhex(credential) for name, credential in order["peers"].items()},
        bytes.fromhex(order["manager"]),
    )


class Peer:
    def __init__(self):
        self.credentials = aiocoap.credentials.CredentialsMap()
        self.context = None
        self.coap = None
        self.client = standard_client.StandardClient()

    async def start(self, order):
        site = aiocoap.resource.Site()
        site.add_resource(["door"], Door())
        site.add_resource(["cmd"], standard_client.CommandResource(self.client))
        self.coap = await aiocoap.Context.create_server_context(
            OscoreSiteWrapper(site, self.credentials), bind=("127.0.0.1", order["port"]), transports=["oscore", "simple6", "simplesocketserver"]
        )
        return {}

    async def join(self, order):
        """Enters a group, or an epoch: what was there before is gone."""
        self.context = group_context(order, order["number"])
        self.credentials[":group"] = self.context
        return {}

    async def request(self, order):
        to = order.get("to")
        self.coap.client_credentials.clear()
        self.coap.client_credentials[order["uri"] + "*"] = self.context.pairwise_for(bytes.fromhex(to)) if to else self.context
        message = aiocoap.Message(code=aiocoap.POST, uri=order["uri"], payload=order["payload"].encode())
        answer = await asyncio.wait_for(self.coap.request(message).response, order["seconds"])
        return {"code": str(answer.code.dotted), "payload": answer.payload.decode(), "protected": answer.remote.__class__.__name__ == "OSCOREAddress"}

    async def enrolment(self, order):
        return self.client.enrolment(order["identity"])

    async def accept(self, order):
        self.client.accept(order["package"], order["manager"], order["folder"], self.coap)
        return {}

    async def enter(self, order):
        """Joins at the group manager, and is a member with what it said."""
        context, told = await asyncio.wait_for(self.client.join(order["group"], order["roles"], order.get("spoil", False)), order["seconds"])
        if context:
            self.credentials[":group"] = context
        return told

    async def manager(self, order):
        return await asyncio.wait_for(self.client.fetch(order["method"], order["path"], bytes.fromhex(order["payload"])), order["seconds"])

    async def did(self, order):
        return {"done": self.client.done}

    async def obey(self, order):
        try:
            return {"ok": True, **await getattr(self, order["do"])(order)}
        except Exception as error:  # what went wrong is the answer
            return {"ok": False, "error": type(error).__name__ + ": " + str(error)}


async def main():
    peer = Peer()
    loop = asyncio.get_running_loop()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            break
        print(json.dumps(await peer.obey(json.loads(line))), flush=True)
    if peer.coap:
        await peer.coap.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
