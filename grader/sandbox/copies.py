"""Deep copies of the arguments of a case, with no detour where they are networks.

`copy.deepcopy` rebuilds each of the dozen ordered dicts of each layer by its reduction,
which costs more than most cases. What is not known here is left to it.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from types import BuiltinFunctionType, FunctionType
from typing import Any

import torch
from torch import nn

ATOMS = frozenset(
    {
        *(bool, int, float, complex, str, bytes, type(None), type),
        *(FunctionType, BuiltinFunctionType, torch.dtype, torch.device),
    }
)


def deep_copy(value: Any, memo: dict[int, Any]) -> Any:
    """Return what `copy.deepcopy(value, memo)` returns."""
    kind: Any = type(value)
    if kind in ATOMS:
        return value
    if id(value) in memo:
        return memo[id(value)]
    made: Any
    if kind is tuple:
        made = tuple([deep_copy(item, memo) for item in value])
        return memo.setdefault(id(value), made)
    if kind is list:
        made = memo[id(value)] = []
        made.extend(deep_copy(item, memo) for item in value)
        return made
    if kind is dict or (kind is OrderedDict and not vars(value)):
        made = memo[id(value)] = kind()
        for key, item in value.items():
            made[deep_copy(key, memo)] = deep_copy(item, memo)
        return made
    if is_plain_module(value):
        made = memo[id(value)] = kind.__new__(kind)
        state = value.__getstate__()
        memo.setdefault(id(memo), []).append(state)  # alive, so that no id comes twice
        made.__setstate__({key: deep_copy(item, memo) for key, item in state.items()})
        return made
    return copy.deepcopy(value, memo)


def is_plain_module(value: Any) -> bool:
    """Say whether a value is a network that is copied by its state alone."""
    kind: Any = type(value)
    return (
        isinstance(value, nn.Module)
        and not hasattr(kind, "__deepcopy__")
        and kind.__reduce__ is object.__reduce__
        and kind.__reduce_ex__ is object.__reduce_ex__
    )
