"""What goes into a sandbox arrives as it was, whatever the short cuts on the way."""

import sys

import cloudpickle
import pytest
import torch
from torch import nn

from grader.sandbox import payload, wire
from grader.sandbox.payload import Packer, dumps


def keep(ex, x):
    return x


def travel(*args):
    """Return what arrives of a scenario's arguments."""
    packed = Packer().pack(keep, args)
    arrived = wire.decode_frame(wire.encode(packed))
    return payload.unpack(arrived)[1]


NUMBERS = torch.tensor([[0.5, -1.0, 2.0], [3.0, 0.0, 1.5]])


@pytest.mark.parametrize("name", wire._DTYPES)
def test_a_tensor_of_any_dtype_arrives_bit_by_bit(name):
    sent = NUMBERS.to(wire._DTYPES[name])

    (got,) = travel(sent)

    assert got.dtype == sent.dtype
    assert torch.equal(got, sent)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3, 4)])
def test_a_tensor_of_any_shape_arrives(shape):
    sent = torch.randn(shape)

    (got,) = travel(sent)

    assert got.shape == sent.shape
    assert torch.equal(got, sent)


def test_a_tensor_arrives_with_a_storage_that_can_be_used():
    (got,) = travel(NUMBERS.clone())

    got.resize_(4, 5).zero_()

    assert got.untyped_storage().nbytes() == 80


def test_whether_a_tensor_is_trained_arrives_with_it():
    plain, trained = travel(torch.ones(2), torch.ones(2, requires_grad=True))

    assert (plain.requires_grad, trained.requires_grad) == (False, True)
    assert trained.is_leaf


ODD = {
    "transposed": NUMBERS.t(),
    "a part of a larger storage": NUMBERS[1],
    "expanded": NUMBERS[:1].expand(4, 3),
    "sparse": NUMBERS.to_sparse(),
    "conjugated": torch.complex(NUMBERS, NUMBERS).conj(),
    "a parameter": nn.Parameter(NUMBERS.clone()),
    "on meta": torch.empty(2, 3, device="meta"),
}


@pytest.mark.parametrize("case", ODD)
def test_an_unusual_tensor_arrives_as_what_it_is(case):
    sent = ODD[case]

    (got,) = travel(sent)

    assert type(got) is type(sent)
    assert (got.layout, got.device) == (sent.layout, sent.device)
    if sent.layout is torch.strided:
        assert got.stride() == sent.stride()
    if not sent.is_meta:
        assert torch.equal(got.to_dense(), sent.to_dense())


def test_attributes_of_a_tensor_arrive_with_it():
    sent = NUMBERS.clone()
    sent.note = "mine"

    (got,) = travel(sent)

    assert got.note == "mine"


def test_one_tensor_in_two_places_stays_one():
    first, second = travel(NUMBERS, NUMBERS)

    assert first is second


def test_tied_parameters_stay_tied():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight

    (got,) = travel(net)

    assert got[1].weight is got[0].weight


def test_an_ordered_dict_arrives_in_order_and_with_its_attributes():
    sent = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2)).state_dict()

    (got,) = travel(sent)

    assert type(got) is type(sent)
    assert list(got) == list(sent)
    assert got._metadata == sent._metadata


class Marker:
    pass


def make_marker(ex, other):
    return Marker, other


def test_a_class_is_the_same_in_scenario_and_arguments(monkeypatch):
    mine = Marker
    packed = Packer([sys.modules[__name__]]).pack(make_marker, (mine,))
    monkeypatch.setattr(sys.modules[__name__], "Marker", mine)
    for memory in ("_DYNAMIC_CLASS_TRACKER_BY_ID", "_DYNAMIC_CLASS_TRACKER_BY_CLASS"):
        monkeypatch.setattr(cloudpickle.cloudpickle, memory, {})  # as in a new process

    scenario, args = payload.unpack(packed)

    inside, outside = scenario(None, *args)
    assert inside is outside
    assert inside is not mine


def test_scenarios_and_classes_are_packed_once(monkeypatch):
    packer = Packer([sys.modules[__name__]])
    monkeypatch.delattr(cloudpickle.Pickler, "_function_reduce")
    monkeypatch.delattr(cloudpickle.cloudpickle, "_class_reduce")

    scenario, args = payload.unpack(packer.pack(make_marker, (Marker(),)))

    assert isinstance(args[0], scenario(None, None)[0])


def test_a_scenario_of_no_module_is_packed_when_it_is_played():
    packer = Packer([sys.modules[__name__]])

    scenario, args = payload.unpack(packer.pack(lambda ex: "mine", (2,)))

    assert (scenario(None), args) == ("mine", (2,))


def test_a_function_of_the_tests_travels_by_value():
    Packer([sys.modules[__name__]])

    assert b"make_marker" in dumps(make_marker)
    assert len(dumps(make_marker)) > 200


def test_code_that_travels_does_not_tell_where_it_lies():
    def outer(ex):
        def inner():
            raise ValueError

        return [inner.__code__.co_filename, outer.__code__.co_filename]

    scenario, _ = payload.unpack(Packer().pack(outer, ()))

    assert scenario(None) == ["<scenario>", "<scenario>"]
