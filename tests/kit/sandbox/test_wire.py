"""The frames between judge and worker carry data and nothing else."""

import socket
import struct
from collections import OrderedDict, namedtuple

import msgpack
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.observe.expect import is_equal
from grader.sandbox import wire

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


def there_and_back(value):
    return wire.decode_frame(wire.encode(value))


@given(plain)
def test_plain_data_arrives_as_it_was(value):
    assert is_equal(there_and_back(value), value_without_surrogates(value))


def value_without_surrogates(value):
    """Lone surrogates, which UTF-8 cannot hold, arrive as escapes."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, list):
        return [value_without_surrogates(v) for v in value]
    if isinstance(value, tuple):
        return tuple(value_without_surrogates(v) for v in value)
    if isinstance(value, dict):
        return {
            value_without_surrogates(k): value_without_surrogates(v)
            for k, v in value.items()
        }
    return value


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(3.5),
        torch.empty(0, 4),
        torch.arange(6).reshape(2, 3).T,
        torch.tensor([True, False]),
        torch.tensor([1 + 2j]).conj(),
        torch.tensor([1.5], dtype=torch.bfloat16),
        torch.nn.Parameter(torch.ones(2)).detach(),
        torch.eye(3).to_sparse().to_dense(),
    ],
)
def test_tensors_arrive_with_dtype_shape_and_values(tensor):
    back = there_and_back(tensor)

    assert is_equal(back, tensor.resolve_conj())


def test_a_tensor_arrives_wherever_its_bytes_lie():
    waves = torch.polar(torch.ones(3), torch.arange(3.0)).to(torch.complex128)

    for before in range(1, 4):
        arrived = there_and_back([torch.ones(before, dtype=torch.bool), waves])

        assert is_equal(arrived[1], waves)


def test_a_single_entry_arrives_whatever_its_stride():
    entry = torch.arange(4.0).as_strided((1,), (2,), 3)

    assert is_equal(there_and_back(entry), torch.tensor([3.0]))


def test_a_sparse_tensor_arrives_dense():
    assert torch.equal(there_and_back(torch.eye(3).to_sparse()), torch.eye(3))


def test_a_byte_that_is_no_bool_arrives_as_true():
    structure = msgpack.packb([3, "bool", 3])

    got = wire.decode(structure, bytearray([0, 1, 2]))

    assert got.view(torch.uint8).tolist() == [0, 1, 1]


def test_subclasses_arrive_as_the_plain_type():
    pair = namedtuple("pair", "a b")

    back = there_and_back([torch.Size([2]), OrderedDict(a=1), pair(1, 2), True])

    assert is_equal(back, [(2,), {"a": 1}, (1, 2), True])


@pytest.mark.parametrize(
    "value", [object(), torch.nn.Linear(1, 1), 1 << 70, torch.empty(2, device="meta")]
)
def test_what_is_no_data_arrives_as_its_name_only(value):
    assert isinstance(there_and_back(value), wire.Opaque)


def test_a_cyclic_list_is_refused():
    cyclic = []
    cyclic.append(cyclic)

    with pytest.raises(wire.TooLargeError):
        wire.encode(cyclic)


def test_too_many_values_are_refused():
    with pytest.raises(wire.TooLargeError):
        wire.encode(list(range(wire.MAX_ITEMS + 1)))


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_any_bytes_decode_to_data_or_break_the_protocol(structure, tensors):
    try:
        value = wire.decode(structure, bytearray(tensors))
    except wire.ProtocolError:
        return

    there_and_back(value)


@given(
    st.recursive(
        st.none() | st.integers(-3, 100) | st.text(max_size=8) | st.binary(max_size=8),
        lambda inner: st.lists(inner, max_size=5),
        max_leaves=12,
    )
)
def test_any_tree_decodes_to_data_or_breaks_the_protocol(tree):
    try:
        value = wire.decode(msgpack.packb(tree), bytearray(16))
    except wire.ProtocolError:
        return

    assert not isinstance(value, torch.Tensor) or value.nbytes == 16


@pytest.mark.parametrize(
    "tree",
    [
        [3, "float32", 1 << 30, 1 << 30],
        [3, "float32", -1],
        [3, "float32", 2.0],
        [3, "object", 1],
        [3, "float32", True],
        [9],
        [True],
        [],
        [2, 1],
        [2, [0], 1],
        [4],
        [4, 9],
        [0, [4, -8], [4, 16]],
        [0, [4, True], [4, 7]],
        [5],
        [0, b"1", [4, 8]],
    ],
)
def test_a_forged_node_breaks_the_protocol(tree):
    with pytest.raises(wire.ProtocolError):
        wire.decode(msgpack.packb(tree), bytearray(8))


def test_a_shape_is_not_multiplied_before_its_dimensions_are_counted():
    tree = [wire._TENSOR, "float32", *[1 << 39] * 65]

    with pytest.raises(wire.ProtocolError, match="not a shape"):
        wire.decode(msgpack.packb(tree), bytearray())


def test_deep_nesting_breaks_the_protocol():
    with pytest.raises(wire.ProtocolError):
        wire.decode(b"\x92\x00" * 100_000 + b"\x00", bytearray())


def test_a_frame_beyond_the_limits_is_refused_before_it_is_read():
    here, there = socket.socketpair()
    with here, there:
        there.sendall(struct.pack(">II", 1 << 31, 1 << 31))

        with pytest.raises(wire.ProtocolError):
            wire.receive(here)


def test_a_frame_that_never_ends_meets_the_end_of_its_time():
    here, there = socket.socketpair()
    with here, there:
        there.sendall(wire.encode("x")[:-1])

        with pytest.raises(TimeoutError):
            wire.receive(here, wire.Clock(0.05))


def test_a_closed_channel_is_the_end():
    here, there = socket.socketpair()
    with here:
        there.close()

        with pytest.raises(EOFError):
            wire.receive(here)
