"""How a scenario and its arguments travel into a sandbox: by value, in two pickles.

The judge packs, a worker unpacks: the way in is trusted, the way out never is (`wire`).
Scenarios and classes are packed once, before the judge forks; only what else is in the
arguments differs from play to play. Classes of the tests are the same on arrival in
both pickles, and in later ones.
"""

from __future__ import annotations

import inspect
import io
import pickle
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any, ClassVar

import cloudpickle
import torch

Parcel = list[bytes]
Packed = Mapping[Callable[..., Any], bytes]
NOTHING: Packed = MappingProxyType({})

SCENARIO = "<scenario>"
"""The file of all code that travels; where it lies is nothing to a submission."""

reduce_code = cloudpickle.Pickler.dispatch_table[CodeType]
make_skeleton = cloudpickle.cloudpickle._make_skeleton_class


class Packer:
    """Packs the scenarios and classes of some modules, each of them once."""

    def __init__(self, modules: Sequence[ModuleType] = ()) -> None:
        """Take modules of tests and of what they import from beside them.

        Their classes and functions travel by value from then on.
        """
        self._packed: dict[Callable[..., Any], bytes] = {}
        for module in modules:
            cloudpickle.register_pickle_by_value(module)
        for module in modules:
            for value in vars(module).values():
                if is_scenario(value, module) or is_class(value, module):
                    self._packed[value] = dumps(value)

    def pack(self, scenario: Callable[..., Any], args: tuple[Any, ...]) -> Parcel:
        """Return what `unpack` turns into copies of both."""
        packed = self._packed.get(scenario) or dumps(scenario)
        return [packed, dumps(args, self._packed)]


def is_scenario(value: Any, module: ModuleType) -> bool:
    """Say whether a test module's value is a function that takes a topic's module."""
    if not isinstance(value, FunctionType) or value.__module__ != module.__name__:
        return False
    return next(iter(inspect.signature(value).parameters), None) == "ex"


def is_class(value: Any, module: ModuleType) -> bool:
    """Say whether a test module's value is a class of its own."""
    return isinstance(value, type) and value.__module__ == module.__name__


def dumps(value: Any, packed: Packed = NOTHING) -> bytes:
    """Return a pickle of `value`, classes and functions of tests by value.

    Args:
        value: what to pickle.
        packed: pickles of classes and functions that may be in it.
    """
    stream = io.BytesIO()
    _Pickler(stream, packed).dump(value)
    return stream.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc] # untyped
    """Takes short cuts, as there is one pickle for each play, mostly of a network.

    Plain tensors go by their bytes, of which torch writes a whole archive for each, and
    ordered dicts, of which every layer has several, by their items.
    """

    dispatch_table: ClassVar = {
        **cloudpickle.Pickler.dispatch_table,
        CodeType: lambda code: reduce_code(code.replace(co_filename=SCENARIO)),
    }

    def __init__(self, stream: io.BytesIO, packed: Packed) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self._packed = packed

    def reducer_override(self, obj: Any) -> Any:
        """Return how to rebuild an object, or leave it to those above."""
        if type(obj) is OrderedDict and not vars(obj):
            return OrderedDict, (), None, None, iter(obj.items())
        if type(obj) is torch.Tensor and is_plain(obj):
            flat = obj.detach().reshape(-1).view(torch.uint8)
            data = flat.numpy().tobytes() if obj.numel() else b""
            return rebuild, (data, obj.dtype, tuple(obj.shape), obj.requires_grad)
        if not isinstance(obj, (type, FunctionType)):
            return NotImplemented
        if obj in self._packed:
            return pickle.loads, (self._packed[obj],)
        return findable(super().reducer_override(obj))


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
        tensor.view(-1).copy_(torch.frombuffer(bytearray(data), dtype=dtype))
    return tensor.requires_grad_(requires_grad)


def unpack(parcel: Parcel) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return a scenario and its arguments."""
    scenario, args = map(pickle.loads, parcel)
    return scenario, args


def findable(reduced: Any) -> Any:
    """Return how to rebuild a class that comes by value in a module to be found in.

    Without one, no network made of such classes could be pickled, or saved whole.
    """
    if reduced is NotImplemented or reduced[0] is not make_skeleton:
        return reduced
    return make_findable, *reduced[1:]


def make_findable(
    kind: type,
    name: str,
    bases: tuple[type, ...],
    namespace: dict[str, Any],
    *rest: Any,
) -> type:
    """Make a class as cloudpickle does, and put it where its name says it is."""
    made: type = make_skeleton(kind, name, bases, namespace, *rest)
    home = ""
    for part in namespace.get("__module__", "__main__").split("."):
        home = f"{home}.{part}".lstrip(".")
        module = sys.modules.setdefault(home, ModuleType(home))
    setattr(module, name, made)
    return made
