"""The device's random numbers: a stream of their own, apart from the CPU's."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from grader.sim.memory import DEVICE

_CGenerator = torch._C.Generator


class _AnyGenerator(type(_CGenerator)):  # type: ignore[misc] # its class is torch's own
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _CGenerator)


class Generator(_CGenerator, metaclass=_AnyGenerator):
    """`torch.Generator`, for the device too; its instances are the device's.

    Every generator is an instance of it, as before.
    """

    def __new__(cls, device: torch.device | str | int = "cpu") -> Any:
        """Return a generator for a device."""
        if torch.device(device).type != DEVICE.type:
            return _CGenerator(device)
        made = super().__new__(cls)
        _owned[address_of(made)] = made
        return made

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """The device whose random numbers it gives."""
        return DEVICE


def address_of(generator: Any) -> int:
    """Return what tells a generator from others, its Python object does not."""
    address: int = generator._cdata
    return address


DEFAULT = _CGenerator()
_owned: weakref.WeakValueDictionary[int, Generator] = weakref.WeakValueDictionary()
"""The device's generators by address: operators get them without their class."""


@contextmanager
def drawing(op: torch._ops.OpOverload, given: Iterable[Any]) -> Iterator[None]:
    """Let an operator that draws numbers take them from the device's generator.

    Raises:
        RuntimeError: it is given a generator of another device.
    """
    if torch.Tag.nondeterministic_seeded not in op.tags:
        yield
        return
    generators = [value for value in given if isinstance(value, _CGenerator)]
    for generator in generators:
        if address_of(generator) not in _owned:
            raise RuntimeError(
                f"Expected a '{DEVICE.type}' device type for generator but found "
                f"'{generator.device.type}'"
            )
    if generators:
        yield
        return
    host = torch.default_generator
    before = host.get_state()
    host.set_state(DEFAULT.get_state())
    try:
        yield
    finally:
        DEFAULT.set_state(host.get_state())
        host.set_state(before)


def manual_seed(seed: int) -> None:
    """Start the device's random numbers anew."""
    DEFAULT.manual_seed(seed)


def get_rng_state(device: object = None) -> Tensor:
    """Return where the device's random numbers are, a tensor of the CPU."""
    return DEFAULT.get_state()


def set_rng_state(state: Tensor, device: object = None) -> None:
    """Go on with the device's random numbers where `state` was taken."""
    DEFAULT.set_state(state)
