"""How a scenario and its arguments travel into a box: by value, in two pickles.

The judge packs, a worker unpacks: the way in is trusted, the way out never is (`wire`).
Scenarios are packed once, before the judge forks; only arguments differ from play to
play. Classes of the tests are the same on arrival in both pickles, and in later ones.
"""

from __future__ import annotations

import inspect
import io
import pickle
import sys
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any

import cloudpickle
import torch

from grader.box import wire


class Packer:
    """Packs the scenarios of some modules, each of them once."""

    def __init__(self, modules: Iterable[ModuleType] = ()) -> None:
        """Take modules of tests, whose classes and functions then travel by value."""
        self._packed: dict[Callable[..., Any], bytes] = {}
        for module in modules:
            cloudpickle.register_pickle_by_value(module)
            for value in vars(module).values():
                if is_scenario(value, module):
                    self._packed[value] = dumps(value)

    def pack(self, scenario: Callable[..., Any], args: tuple[Any, ...]) -> Parcel:
        """Return what `unpack` turns into copies of both."""
        packed = self._packed.get(scenario) or dumps(scenario)
        return [wire.from_bytes(packed), wire.from_bytes(dumps(args))]


Parcel = list[torch.Tensor]


def is_scenario(value: Any, module: ModuleType) -> bool:
    """Say whether a test module's value is a function that takes a topic's module."""
    if not isinstance(value, FunctionType) or value.__module__ != module.__name__:
        return False
    return next(iter(inspect.signature(value).parameters), None) == "ex"


def dumps(value: Any) -> bytes:
    """Return a pickle of `value`, classes and functions of tests by value."""
    stream = io.BytesIO()
    _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(value)
    return stream.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc] # untyped
    """Writes plain tensors by their bytes: torch writes a whole archive for each."""

    def reducer_override(self, obj: Any) -> Any:
        """Return how to rebuild an object, or leave it to those above."""
        if type(obj) is torch.Tensor and is_plain(obj):
            flat = obj.detach().reshape(-1).view(torch.uint8)
            data = flat.numpy().tobytes() if obj.numel() else b""
            return rebuild, (data, obj.dtype, tuple(obj.shape), obj.requires_grad)
        return super().reducer_override(obj)


def is_plain(tensor: torch.Tensor) -> bool:
    """Say whether values, dtype and shape are all that there is to a tensor."""
    return (
        tensor.layout is torch.strided
        and tensor.device.type == "cpu"
        and tensor.is_leaf
        and tensor.grad is None
        and tensor.is_contiguous()
        and not (tensor.is_quantized or tensor.is_nested)
        and not (tensor.is_conj() or tensor.is_neg())
        and tensor.untyped_storage().nbytes() == tensor.nbytes
        and not vars(tensor)
    )


def rebuild(
    data: bytes, dtype: torch.dtype, shape: tuple[int, ...], requires_grad: bool
) -> torch.Tensor:
    """Return a tensor of its own storage."""
    tensor = torch.empty(shape, dtype=dtype)
    if data:
        source = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        tensor.view(-1).view(torch.uint8).copy_(source)
    return tensor.requires_grad_(requires_grad)


def unpack(parcel: Parcel) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return a scenario and its arguments."""
    packed_scenario, packed_args = (part.numpy().tobytes() for part in parcel)
    return Loader(io.BytesIO(packed_scenario)).load(), Loader(
        io.BytesIO(packed_args)
    ).load()


class Loader(pickle.Unpickler):
    """Reads a pickle; its classes, which come by value, get a module to be found in.

    Without one, no network made of them could be pickled, or saved whole.
    """

    def find_class(self, module: str, name: str) -> Any:
        """Return what a pickle names."""
        found = super().find_class(module, name)
        return make_findable if name == "_make_skeleton_class" else found


def make_findable(
    kind: type,
    name: str,
    bases: tuple[type, ...],
    namespace: dict[str, Any],
    *rest: Any,
) -> type:
    """Make a class as cloudpickle does, and put it where its name says it is."""
    made: type = cloudpickle.cloudpickle._make_skeleton_class(
        kind, name, bases, namespace, *rest
    )
    home = ""
    for part in namespace.get("__module__", "__main__").split("."):
        home = f"{home}.{part}".lstrip(".")
        module = sys.modules.setdefault(home, ModuleType(home))
    setattr(module, name, made)
    return made
