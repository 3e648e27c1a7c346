"""Answer with a tensor of so many dimensions that their product takes a minute.

earns: CenteredLayer
outcome: broke the protocol
says: not a shape
"""

import struct
import sys

import msgpack
from grader.sandbox import wire

TENSOR, DICT = 3, 2
worker = sys.modules["grader.sandbox.worker"]
honest = wire.encode


def encode(answer):
    if "value" not in answer or not getattr(MyLinear, "asked", False):
        return honest(answer)
    tensor = [TENSOR, "float32", *[1 << 39] * 150_000]
    told = ["nonce", answer["nonce"], "worn", False, "value", tensor]
    structure = msgpack.packb([DICT, *told])
    return struct.pack(">II", len(structure), 0) + structure


wire.encode = encode


class MyLinear(MyLinear):
    def forward(self, x):
        type(self).asked = True
        return x
