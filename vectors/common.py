"""What all kinds of tests share."""


class Refusal(Exception):
    """The answer "no", with a oneM2M response status code, or CoAP's code for Group OSCORE."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


class BadVector(Exception):
    """A test that can't be tried."""


def bad(why):
    return Refusal(4000, why)


def octets(node, name):
    return bytes.fromhex(node[name])
