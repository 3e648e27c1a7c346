"""How an observed value reads: tensors by dtype and shape, everything else as it is."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from grader.observe.compare import is_equal
from grader.sandbox.wire import Opaque
from grader.words import MAX_VALUE, Text, Words, say


def describe(value: Any) -> Words:
    """Return a short form of a value."""
    if isinstance(value, Opaque):
        return say("an object of type {type}", type=value.type_name)
    return to_code(value)


def to_code(value: Any) -> str:
    """Return a value as Python would write it, tensors by dtype and shape."""
    if isinstance(value, Opaque):
        return f"<{value.type_name}>"
    if isinstance(value, Tensor):
        kind = f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"
        return f"{kind}: {value.item():.6g}" if is_real_scalar(value) else kind
    if isinstance(value, list):
        return f"[{', '.join(map(to_code, value))}]"
    if isinstance(value, tuple):
        inner = ", ".join(map(to_code, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, dict):
        pairs = (f"{to_code(k)}: {to_code(v)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, float):
        return f"{value:.6g}"
    return repr(value)


def is_real_scalar(value: Tensor) -> bool:
    """Say whether a tensor is one real number."""
    return value.dim() == 0 and not value.is_complex()


def tell_apart(got: Any, expected: Any) -> tuple[Words, Words]:
    """Return how two unlike values read: what was expected, and what was got."""
    wanted, seen = describe(expected), describe(got)
    if seen == wanted and isinstance(got, Tensor) and got.numel():
        return wanted, unlike(got, expected)
    longest = max(len(to_code(got)), len(to_code(expected)))
    alike = type(got) is type(expected) and isinstance(got, (list, tuple, dict))
    if longest > MAX_VALUE and alike:
        return say("{n} entries", n=len(expected)), change(got, expected)
    return wanted, seen


def change(got: Any, expected: Any) -> Text:
    """Return how a container of many entries differs: without which, with which."""
    if isinstance(got, dict):
        got, expected = list(got.items()), list(expected.items())
    lost = [e for e in expected if not any(is_equal(g, e) for g in got)]
    new = [g for g in got if not any(is_equal(g, e) for e in expected)]
    n, lacks, has = len(got), several(lost), several(new)
    if lost and new:
        return say(
            "{n} entries, without {lacks}, with {has}", n=n, lacks=lacks, has=has
        )
    if lost:
        return say("{n} entries, without {lacks}", n=n, lacks=lacks)
    if new:
        return say("{n} entries, with {has}", n=n, has=has)
    pairs = zip(got, expected, strict=False)
    at = next((i for i, p in enumerate(pairs) if not is_equal(*p)), len(expected))
    return say("{n} entries, in another order or number from [{at}] on", n=n, at=at)


def several(entries: list[Any]) -> Words:
    """Return the first entry, and how many there are beside it."""
    first = to_code(entries[0]) if entries else ""
    if len(entries) < 2:
        return first
    return say("{entry} and {n} more", entry=first, n=len(entries) - 1)


def unlike(got: Tensor, expected: Tensor) -> Text:
    """Return where two tensors of one shape differ most, and by how much."""
    wide = (
        torch.complex128 if got.is_complex() or expected.is_complex() else torch.float64
    )
    mine, theirs = got.to(wide), expected.to(wide)
    apart = mine.isnan() != theirs.isnan()
    gap = (mine - theirs).abs().nan_to_num(nan=0.0, posinf=torch.inf)
    worst = int((apart if apart.any() else gap).to(torch.float64).argmax())
    index = [int(i) for i in torch.unravel_index(torch.tensor(worst), got.shape)]
    here, there = (f"{t.reshape(-1)[worst].item():.6g}" for t in (mine, theirs))
    kind = to_code(got)
    if not index:
        return say(
            "{kind}, most unlike: {here} instead of {there}",
            kind=kind,
            here=here,
            there=there,
        )
    return say(
        "{kind}, most unlike at {index}: {here} instead of {there}",
        kind=kind,
        index=index,
        here=here,
        there=there,
    )
