"""Frames of plain data between the judge and a student's process.

A frame is two big-endian lengths, a msgpack structure and the raw bytes of its tensors
and byte strings. A structure holds None, bool, int, float and str as they are, and all
else as an array whose first entry is a tag. Nothing that comes out of `decode` can
carry behaviour: the decoder builds those types, bytes, lists, tuples, dicts, tensors on
the CPU and `Opaque`, and nothing else. It is the border that no submission can cross.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import msgpack
import torch

MAX_STRUCTURE = 4 << 20  # bytes
MAX_BUFFERS = 64 << 20  # bytes
MAX_DEPTH = 32
MAX_DIMENSIONS = 64
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


_LIST, _TUPLE, _DICT, _TENSOR, _BYTES, _OPAQUE = range(6)
_SCALARS = frozenset({type(None), bool, int, float, str})


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
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, (list, tuple)):
            tag = _LIST if isinstance(value, list) else _TUPLE
            return [tag, *[self.node(item, depth + 1) for item in value]]
        if isinstance(value, dict):
            entries = [entry for pair in value.items() for entry in pair]
            return [_DICT, *[self.node(entry, depth + 1) for entry in entries]]
        if isinstance(value, bytes):
            return [_BYTES, self.buffer(bytes(value))]
        return self.opaque(type(value).__name__)

    def integer(self, value: int) -> Any:
        if -(1 << 63) <= value < 1 << 63:
            return int(value)
        return self.opaque("int[>int64]")

    def text(self, value: str) -> str:
        data = str(value).encode(errors="backslashreplace")
        if len(data) > MAX_TEXT:
            raise TooLargeError(f"a text of {len(data)} bytes; {MAX_TEXT} fit")
        return data.decode()

    def tensor(self, value: torch.Tensor) -> list[Any]:
        dtype = str(value.dtype).removeprefix("torch.")
        if value.is_meta:
            return self.opaque("Tensor[meta]")
        if value.is_quantized or value.is_nested or dtype not in _DTYPES:
            return self.opaque(f"Tensor[{dtype}]")
        plain = value.detach().to_dense().as_subclass(torch.Tensor)
        self.check_room(plain.nbytes)  # before it is copied
        plain = plain.cpu().resolve_conj().resolve_neg()
        # contiguous() leaves a single entry with any stride, which view refuses
        plain = plain.clone(memory_format=torch.contiguous_format)
        self.buffer(plain.reshape(-1).view(torch.uint8).numpy().tobytes())
        return [_TENSOR, dtype, *plain.shape]

    def buffer(self, data: bytes) -> int:
        """Add to what goes after the structure; return how many bytes."""
        self.check_room(len(data))
        self.buffers.append(data)
        self.size += len(data)
        return len(data)

    def check_room(self, size: int) -> None:
        if self.size + size > MAX_BUFFERS:
            raise TooLargeError(f"more than {MAX_BUFFERS} bytes of data")

    @staticmethod
    def opaque(name: str) -> list[Any]:
        return [_OPAQUE, name[:200].encode(errors="replace").decode()]


def decode(structure: bytes, buffers: bytearray) -> Any:
    """Return the value of a frame.

    Raises:
        ProtocolError: not plain data, or beyond the limits.
    """
    try:
        tree = msgpack.unpackb(
            structure,
            raw=False,
            max_str_len=MAX_TEXT,
            max_bin_len=0,
            max_array_len=MAX_ITEMS,
            max_map_len=0,
            max_ext_len=0,
        )
        decoder = _Decoder(buffers)
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
        raise ProtocolError("not a frame") from error
    if decoder.offset != len(buffers):
        raise ProtocolError("bytes without a value")
    return value


def decode_frame(frame: bytes) -> Any:
    """Return the value of a whole frame, as `encode` makes it."""
    start = _LENGTHS.size
    end = start + _LENGTHS.unpack_from(frame)[0]
    return decode(frame[start:end], bytearray(frame[end:]))


class _Decoder:
    def __init__(self, buffers: bytearray) -> None:
        self.buffers = buffers
        self.offset = 0
        self.items = 0

    def value(self, node: Any, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise ProtocolError("too deep or too many values")
        if type(node) in _SCALARS:
            return node
        if type(node) is not list or not node:
            raise ProtocolError("not a value")
        tag, *rest = node
        if type(tag) is not int:
            raise ProtocolError("not a tag")
        if tag == _TENSOR:
            return self.tensor(*rest)
        if tag == _BYTES:
            return self.data(*rest)
        if tag == _OPAQUE:
            (name,) = rest
            return Opaque(str(name)[:200])
        values = [self.value(item, depth + 1) for item in rest]
        if tag == _LIST:
            return values
        if tag == _TUPLE:
            return tuple(values)
        if tag == _DICT:
            return dict(zip(values[::2], values[1::2], strict=True))
        raise ProtocolError("not a tag")

    def tensor(self, name: str, *shape: int) -> torch.Tensor:
        dtype = _DTYPES[name]
        if len(shape) > MAX_DIMENSIONS:  # their product takes a minute
            raise ProtocolError("not a shape")
        for size in shape:
            if type(size) is not int or not 0 <= size < 1 << 40:
                raise ProtocolError("not a shape")
        numel = math.prod(shape)
        if not self.holds(numel * dtype.itemsize):
            raise ProtocolError("a tensor without its bytes")
        if numel == 0:
            return torch.empty(shape, dtype=dtype)
        raw = torch.uint8 if dtype is torch.bool else dtype  # some byte is no bool
        end = self.offset + numel * dtype.itemsize
        apart = self.buffers[self.offset : end]  # aligned, as complex numbers must be
        flat = torch.frombuffer(apart, dtype=raw)
        self.offset = end
        return (flat.ne(0) if dtype is torch.bool else flat).view(shape)

    def data(self, size: int) -> bytes:
        if type(size) is not int or size < 0 or not self.holds(size):
            raise ProtocolError("a value without its bytes")
        self.offset += size
        return bytes(self.buffers[self.offset - size : self.offset])

    def holds(self, size: int) -> bool:
        return self.offset + size <= len(self.buffers)


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
    if lengths[0] > MAX_STRUCTURE or lengths[1] > MAX_BUFFERS:
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
            raise EOFError
        data += chunk
    return data
