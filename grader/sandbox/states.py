"""In what state an answer is called: how tensors lie, what holds, what came before."""

from __future__ import annotations

import copy
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

import torch
from torch import Tensor


def wave(shape: torch.Size | tuple[int, ...], step: float) -> Tensor:
    """Return a tensor of a shape without two entries alike."""
    return torch.arange(1, math.prod(shape) + 1).mul(step).sin().reshape(shape)


def weighted_sum(t: Tensor) -> Tensor:
    """Return a real sum whose gradient depends on no value, infinite or NaN."""
    parts = torch.view_as_real(t.resolve_conj()) if t.is_complex() else t
    return (parts * wave(parts.shape, 1.3)).sum()


def any_bits(dtype: torch.dtype, *shape: int) -> Tensor:
    """Return random bits as a floating tensor, with NaNs that differ in theirs."""
    raw = torch.randint(0, 256, (math.prod(shape), dtype.itemsize), dtype=torch.uint8)
    tops = torch.tensor([[0xF5, 0x7F], [0xF7, 0xFF], [0xA5, 0xFF]])
    raw[:3, -2:] = tops[: len(raw)]
    return raw.reshape(-1).view(dtype).reshape(shape)


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in lists, tuples and dicts, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def map_tensors(change: Callable[[Tensor], Tensor], value: Any) -> Any:
    """Return lists, tuples and dicts with their tensors changed."""
    if isinstance(value, Tensor):
        return change(value)
    if type(value) in (dict, OrderedDict):
        return {key: map_tensors(change, item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map_tensors(change, item) for item in value)
    return value


def lay_apart(x: Tensor) -> Tensor:
    """Return the same values, with gaps between entries and between rows."""
    if not x.dim():
        return x
    width = x.shape[-1]
    spread = torch.cat([x, torch.ones_like(x)], -1)
    return torch.stack([spread, torch.ones_like(spread)], -1)[..., :width, 0]


def lay_across(x: Tensor) -> Tensor:
    """Return the same values with the order of axes in memory turned around."""
    axes = list(range(x.dim()))[::-1]
    return x.permute(axes).contiguous().permute(axes)


def lay_behind(x: Tensor) -> Tensor:
    """Return the same values at the end of a larger memory."""
    flat = torch.cat([x.new_ones(7), x.reshape(-1)])
    return flat[7:].view(x.shape)


def lay_expanded(x: Tensor) -> Tensor:
    """Return the first entry of the first axis in place of all, without a copy."""
    return x[:1].expand(x.shape) if x.dim() and x.shape[0] else x


LAYOUTS = {
    "apart": lay_apart,
    "across": lay_across,
    "behind": lay_behind,
    "expanded": lay_expanded,
}


@contextmanager
def default(dtype: torch.dtype) -> Iterator[None]:
    """Make a dtype that of new tensors."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


default_double = partial(default, torch.float64)

MODES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "": nullcontext,
    "no_grad": torch.no_grad,
    "inference": torch.inference_mode,
    "default_double": default_double,
    "default_bfloat16": partial(default, torch.bfloat16),
}

Again = Callable[[], Any]
Moment = Callable[[Again, Any, tuple[Any, ...]], tuple[Any, tuple[Any, ...]]]


def at_once(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Call it as it is."""
    return apply, args


def after_a_call(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Call it with other values before."""
    apply(*map_tensors(other, args))
    return apply, args


def after_an_error(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Call it with what nobody can use before."""
    try:
        apply(*(object() for _ in args))
    except Exception:
        return apply, args
    return apply, args


def as_a_copy(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Call a deep copy of it, after a call of the original and a change to that."""
    copied = copy.deepcopy(apply)
    zero(apply)
    return copied, args


def cast(name: str) -> Moment:
    """Return what turns it and its inputs to a dtype, by the method called so."""

    def change(x: Tensor) -> Tensor:
        return getattr(x, name)() if x.is_floating_point() else x

    def moment(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
        return getattr(apply, name)(), map_tensors(change, args)

    return moment


def from_a_state(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Load its state into another one, whose state was zero."""
    fresh = again()
    for tensor in fresh.state_dict().values():
        tensor.zero_()
    fresh.load_state_dict(apply.state_dict())
    return fresh, args


def beside_another(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Make another one, and set the parameters and buffers of that to zero."""
    zero(again())
    return apply, args


def after_a_step(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Take one step of SGD before."""
    optimizer = torch.optim.SGD(apply.parameters(), lr=0.1)
    results = tensors_in(apply(*args))
    sum(map(weighted_sum, results)).backward()  # type: ignore[union-attr]
    optimizer.step()
    optimizer.zero_grad()
    return apply, args


def in_eval(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Turn it to eval mode."""
    return apply.eval(), args


def after_a_change(again: Again, apply: Any, args: tuple[Any, ...]) -> Any:
    """Call it in eval mode, then change its state; tied entries change once."""
    apply.eval()(*args)
    state = {t.data_ptr(): t for t in apply.state_dict().values()}
    for tensor in state.values():
        if tensor.is_floating_point():
            tensor.mul_(1.5)
    return apply, args


def zero(module: Any) -> Any:
    """Set parameters and buffers to zero."""
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.zero_()
    return module


def other(x: Tensor) -> Tensor:
    """Return other values of the same kind."""
    return x.flip(0) + x if x.dim() and x.is_floating_point() else x.clone()


MOMENTS: dict[str, Moment] = {
    "": at_once,
    "after_a_call": after_a_call,
    "after_an_error": after_an_error,
    "as_a_copy": as_a_copy,
    "in_double": cast("double"),
    "in_bfloat16": cast("bfloat16"),
    "from_a_state": from_a_state,
    "beside_another": beside_another,
    "after_a_step": after_a_step,
    "in_eval": in_eval,
    "after_a_change": after_a_change,
}
CASTING = ("in_double", "in_bfloat16")
"""Moments that give other arguments."""
