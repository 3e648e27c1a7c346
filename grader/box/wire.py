"""Frames of plain data between the judge and a student's process.

A frame is two big-endian lengths, a msgpack structure and the raw bytes of its
tensors. A structure holds None, bool, int, float, str and bytes as they are, and every
container as an array whose first entry is a tag. Nothing that comes out of `decode`
can carry behaviour: the decoder builds those types, lists, tuples, dicts, CPU tensors
and `Opaque`, and nothing else. It is the border that a submission cannot cross.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgpack
import torch

MAX_STRUCTURE = 4 << 20  # bytes
MAX_TENSORS = 64 << 20  # bytes
MAX_DEPTH = 32
MAX_ITEMS = 200_000
MAX_TEXT = 1 << 20  # bytes

_LENGTHS = struct.Struct(">II")
_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.complex64,
        torch.complex128,
    )
}


class ProtocolError(Exception):
    """The other side sent something that is not a frame of plain data."""


class TooLargeError(ValueError):
    """The value is too large or too deep to be sent."""


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is not data, by the name of its type."""

    type_name: str


class _Tag(IntEnum):
    LIST = 0
    TUPLE = 1
    DICT = 2
    TENSOR = 3
    OPAQUE = 4


def encode(value: Any) -> bytes:
    """Return `value` as one frame.

    Subclasses of plain types lose their class: a `torch.Size` arrives as a tuple, a
    parameter as a tensor. Anything that is not data arrives as `Opaque`.

    Raises:
        TooLargeError: beyond the limits of a frame.
    """
    encoder = _Encoder()
    structure = msgpack.packb(encoder.node(value, 0), use_bin_type=True)
    if len(structure) > MAX_STRUCTURE:
        raise TooLargeError(f"{len(structure)} bytes of values; {MAX_STRUCTURE} fit")
    return b"".join(
        [_LENGTHS.pack(len(structure), encoder.size), structure, *encoder.buffers]
    )


class _Encoder:
    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self.size = 0
        self.items = 0

    def node(self, value: Any, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH:
            raise TooLargeError(f"containers nested deeper than {MAX_DEPTH}")
        if self.items > MAX_ITEMS:
            raise TooLargeError(f"more than {MAX_ITEMS} values")
        if value is None or type(value) in (bool, float):
            return value
        if isinstance(value, int):
            return self.integer(value)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, (str, bytes)):
            return self.text(value)
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, (list, tuple)):
            tag = _Tag.LIST if isinstance(value, list) else _Tag.TUPLE
            return [tag, *(self.node(item, depth + 1) for item in value)]
        if isinstance(value, dict):
            entries = [entry for pair in value.items() for entry in pair]
            return [_Tag.DICT, *(self.node(entry, depth + 1) for entry in entries)]
        return self.opaque(type(value).__name__)

    def integer(self, value: int) -> Any:
        if -(1 << 63) <= value < 1 << 63:
            return int(value)
        return self.opaque("int of more than 64 bits")

    def text(self, value: str | bytes) -> str | bytes:
        if isinstance(value, bytes):
            plain: str | bytes = bytes(value)
            size = len(plain)
        else:
            plain = str(value).encode(errors="backslashreplace").decode()
            size = len(plain.encode())
        if size > MAX_TEXT:
            raise TooLargeError(f"a text of {size} bytes; {MAX_TEXT} fit")
        return plain

    def tensor(self, value: torch.Tensor) -> list[Any]:
        dtype = str(value.dtype).removeprefix("torch.")
        if value.is_meta:
            return self.opaque("tensor on the meta device")
        if value.is_quantized or value.is_nested or dtype not in _DTYPES:
            return self.opaque(f"tensor of an unusual kind ({dtype})")
        plain = value.detach().to_dense().as_subclass(torch.Tensor)
        if plain.nbytes + self.size > MAX_TENSORS:
            raise TooLargeError(f"more than {MAX_TENSORS} bytes of tensors")
        plain = plain.cpu().resolve_conj().resolve_neg().contiguous()
        data = plain.reshape(-1).view(torch.uint8).numpy().tobytes()
        self.buffers.append(data)
        self.size += len(data)
        return [_Tag.TENSOR, dtype, *plain.shape]

    @staticmethod
    def opaque(name: str) -> list[Any]:
        return [_Tag.OPAQUE, name[:200].encode(errors="replace").decode()]


def decode(structure: bytes, tensors: bytearray) -> Any:
    """Return the value of a frame.

    Raises:
        ProtocolError: not plain data, or beyond the limits.
    """
    try:
        tree = msgpack.unpackb(
            structure,
            raw=False,
            max_str_len=MAX_TEXT,
            max_bin_len=MAX_TEXT,
            max_array_len=MAX_ITEMS,
            max_map_len=0,
            max_ext_len=0,
        )
        decoder = _Decoder(tensors)
        value = decoder.value(tree, 0)
    except ProtocolError:
        raise
    except (
        msgpack.UnpackException,
        ValueError,
        TypeError,
        KeyError,
        RuntimeError,
    ) as error:
        raise ProtocolError(f"not a frame: {type(error).__name__}") from error
    if decoder.offset != len(tensors):
        raise ProtocolError("bytes without a tensor")
    return value


def decode_frame(frame: bytes) -> Any:
    """Return the value of a whole frame, as `encode` makes it."""
    start = _LENGTHS.size
    end = start + _LENGTHS.unpack_from(frame)[0]
    return decode(frame[start:end], bytearray(frame[end:]))


class _Decoder:
    def __init__(self, tensors: bytearray) -> None:
        self.tensors = tensors
        self.offset = 0
        self.items = 0

    def value(self, node: Any, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise ProtocolError("too deep or too many values")
        if node is None or type(node) in (bool, int, float, str, bytes):
            return node
        if type(node) is not list or not node:
            raise ProtocolError("not a value")
        tag, *rest = node
        if type(tag) is not int:
            raise ProtocolError("not a tag")
        match _Tag(tag):
            case _Tag.LIST:
                return [self.value(item, depth + 1) for item in rest]
            case _Tag.TUPLE:
                return tuple(self.value(item, depth + 1) for item in rest)
            case _Tag.DICT:
                values = [self.value(entry, depth + 1) for entry in rest]
                return dict(zip(values[::2], values[1::2], strict=True))
            case _Tag.TENSOR:
                return self.tensor(*rest)
            case _Tag.OPAQUE:
                (name,) = rest
                return Opaque(str(name)[:200])

    def tensor(self, name: str, *shape: int) -> torch.Tensor:
        dtype = _DTYPES[name]
        if any(type(n) is not int or not 0 <= n < 1 << 40 for n in shape):
            raise ProtocolError("not a shape")
        numel = math.prod(shape)
        if len(shape) > 64 or self.offset + numel * dtype.itemsize > len(self.tensors):
            raise ProtocolError("a tensor without its bytes")
        if numel == 0:
            return torch.empty(shape, dtype=dtype)
        flat = torch.frombuffer(
            self.tensors,
            dtype=torch.uint8,
            offset=self.offset,
            count=numel * dtype.itemsize,
        ).clone()
        self.offset += len(flat)
        if dtype is torch.bool:
            flat = flat.ne(0)
        return flat.view(dtype).reshape(shape)


def send(channel: socket.socket, value: Any) -> None:
    """Send `value` as one frame."""
    channel.sendall(encode(value))


class Clock:
    """Counts down from some seconds of wall-clock time."""

    def __init__(self, seconds: float) -> None:
        """Start with `seconds`."""
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left; none or less when the time is up."""
        return self._end - time.monotonic()


def receive(channel: socket.socket, clock: Clock | None = None) -> Any:
    """Return the next frame's value.

    Args:
        channel: a connected stream socket.
        clock: says how long to wait; None waits for ever.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: the time is up.
        ProtocolError: what came is not a frame.
    """
    lengths = _LENGTHS.unpack(_exactly(channel, _LENGTHS.size, clock))
    if lengths[0] > MAX_STRUCTURE or lengths[1] > MAX_TENSORS:
        raise ProtocolError("a frame beyond the limits")
    structure = bytes(_exactly(channel, lengths[0], clock))
    return decode(structure, _exactly(channel, lengths[1], clock))


def _exactly(channel: socket.socket, size: int, clock: Clock | None) -> bytearray:
    """Return the next `size` bytes, reserving memory only as they come."""
    data = bytearray()
    while len(data) < size:
        if clock is not None:
            left = clock.left()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        try:
            chunk = channel.recv(min(size - len(data), 1 << 20))
        except TimeoutError:
            continue
        if not chunk:
            raise EOFError("the other side is gone")
        data += chunk
    return data


def send_sources(channel: socket.socket, sources: dict[str, bytes]) -> None:
    """Send a submission's files, by topic."""
    send(channel, {topic: from_bytes(source) for topic, source in sources.items()})


def from_bytes(data: bytes) -> torch.Tensor:
    """Return `data` as uint8 (n,), the form in which long bytes travel."""
    if not data:
        return torch.empty(0, dtype=torch.uint8)
    return torch.frombuffer(bytearray(data), dtype=torch.uint8)
