"""A case's arguments are copied as copy.deepcopy copies them."""

from __future__ import annotations

import copy
from collections import OrderedDict, namedtuple

import pytest
import torch
from torch import nn

from grader.sandbox import copies
from grader.sandbox.copies import deep_copy

Pair = namedtuple("Pair", "a b")


class Own(nn.Module):
    """A network that says itself how it is copied."""

    def __deepcopy__(self, memo: dict[int, object]) -> str:
        """Return what cannot be taken for a copy."""
        return "its own copy"


class Restored(nn.Module):
    """A network that is told of its state."""

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take the state, and remember that it came."""
        super().__setstate__(state)
        self.told = True


def test_what_is_shared_within_a_value_is_shared_within_its_copy():
    tensor, inner = torch.ones(2), [1]
    value = {"a": [tensor, inner], "b": (tensor, inner), "c": OrderedDict(d=tensor)}
    made = deep_copy(value, {})
    assert made["a"][0] is made["b"][0] is made["c"]["d"]
    assert made["a"][1] is made["b"][1]
    assert made["a"][0] is not tensor
    assert made["a"][1] is not inner
    assert type(made["c"]) is OrderedDict


def test_a_list_may_hold_itself():
    value = [1]
    value.append(value)
    made = deep_copy(value, {})
    assert made[1] is made
    assert made is not value


def test_a_network_is_copied_with_its_ties_hooks_and_mode():
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.LazyLinear(1)).eval()
    net.again = net[0]
    seen = []
    net[0].register_forward_hook(lambda *_: seen.append(1))
    made = deep_copy(net, {})
    assert str(made) == str(net)
    assert made.again is made[0]
    assert made[0].weight is not net[0].weight
    assert not made.training
    assert made.state_dict().keys() == net.state_dict().keys()
    made[0](torch.ones(1, 2))
    assert seen == [1]
    made.register_buffer("new", torch.ones(1))
    assert "new" not in dict(net.named_buffers())


@pytest.mark.parametrize(
    "value",
    [Pair(1, [2]), {1, 2}, slice(1, 2), torch.Size([1]), range(3)],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_left_to_deepcopy(value):
    made = deep_copy(value, {})
    assert made == value
    assert type(made) is type(value)


def test_a_network_that_has_its_own_way_keeps_it():
    assert deep_copy(Own(), {}) == "its own copy"
    assert deep_copy(Restored(), {}).told


class Derived(nn.Module):
    """A network whose state is made when it is asked for."""

    def __getstate__(self) -> dict[str, object]:
        """Return a state with a list that nobody else holds."""
        return {**super().__getstate__(), "made": [self.number]}


def test_what_a_state_makes_afresh_is_not_taken_for_something_else():
    nets = [Derived() for _ in range(9)]
    for i, net in enumerate(nets):
        net.number = i
    assert [net.made for net in deep_copy(nets, {})] == [[i] for i in range(9)]


def test_layers_do_not_take_the_detour(monkeypatch):
    copied = []

    deepcopy = copy.deepcopy

    def counted(value, memo):
        copied.append(type(value).__name__)
        return deepcopy(value, memo)

    monkeypatch.setattr(copies.copy, "deepcopy", counted)
    deep_copy(nn.Sequential(nn.Linear(1, 1), nn.ReLU()), {})
    assert sorted(copied) == ["Parameter", "Parameter", "set", "set", "set"]
