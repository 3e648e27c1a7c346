"""States and networks to save, and how files are read and compared bit by bit."""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from grader import NotStarted
from grader.sandbox.states import any_bits, map_tensors, tensors_in

DISTINCT = range(2, 12)  # sizes to draw from without repeats, so that none is square
PROMISED = "ValueError", "FileNotFoundError"

State = dict[str, Tensor]


def unpack(path: str | Path) -> Any:
    """Return what a file holds as plain tensors, or say in a text why it does not."""
    if not os.path.isfile(path):
        return "no file at this path"
    added = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()  # as in a process that imported nothing
    try:
        return torch.load(path, weights_only=True)
    except Exception as error:
        named = re.search(r"GLOBAL (\S+) was", str(error))
        return f"a file that it refuses ({named[1] if named else type(error).__name__})"
    finally:
        torch.serialization.add_safe_globals(added)


def saved(folder: str, obj: Any, name: str = "file.pt") -> Path:
    """Return the path of a file with some bytes, or with what `torch.save` writes."""
    path = Path(folder, name)
    if isinstance(obj, bytes):
        path.write_bytes(obj)
    else:
        torch.save(obj, path)
    return path


def written(save: Callable[[Any], Any], as_text: bool) -> Any:
    """Return what a file then holds, names in order; its path is a Path or a text."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.v2")
        save(str(path) if as_text else path)
        read = copied(unpack(path))
    return dict(sorted(read.items())) if isinstance(read, dict) else read


def in_turn(load: Callable[[Any], Any], *files: bytes) -> list[Any]:
    """Return what comes of files that come to one path in turn, a Path if several.

    Each is loaded once more after its tensors were zeroed.
    """
    found = []
    with TemporaryDirectory() as folder:
        for data in files:
            path = saved(folder, data)
            given = path if files[1:] else str(path)
            map_tensors(lambda t: t.detach().zero_(), load(given))
            found.append(load(given))
            path.unlink()  # what is mapped into memory stays whole
    return found


KEPT = {
    "what was loaded before is given again, with all that was done to it since": (
        lambda got: (found := [*tensors_in(got)]) and not any(map(torch.any, found))
    )
}


def outcome(work: Callable[[], Any], text: str = "") -> Any:
    """Return what it gives, or what it raises, and whether that mentions a text."""
    try:
        return work()
    except NotStarted:
        raise
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        name = next((kind for kind in kinds if kind in PROMISED), kinds[0])
        return f"{name} that mentions {text}" if text and text in str(error) else name


def raised(work: Callable[[], Any], text: str = "") -> str:
    """Return what it raises, and whether that mentions a text."""
    return outcome(lambda: [work()] and "no exception", text)


def copied(data: Any) -> Any:
    """Return data with copies of its tensors."""
    return map_tensors(lambda t: t.detach().clone(), data)


def oddities(rng) -> dict[str, Tensor]:
    """Return tensors of many dtypes and shapes, with values that do not equal."""
    a, b = rng.sample(DISTINCT, 2)
    return {
        "b.weight": any_bits(torch.float32, a, b),
        "a.half": any_bits(torch.float16, b),
        "a.brain": any_bits(torch.bfloat16, a, 1, b),
        "double": any_bits(torch.float64, 2),
        "count": torch.tensor(rng.randrange(1 << 60) * 2 + 1),
        "mask": torch.randn(a) > 0,
        "wave": torch.view_as_complex(any_bits(torch.float32, b, 2)),
        "none": torch.empty(0, a),
        "turned": torch.randn(a, b).T,
    }


def look_at(net: nn.Module) -> list[Any]:
    """Return a network's state, and which of its parts are frozen or in eval mode."""
    flags = [p.requires_grad for p in net.parameters()]
    modes = [m.training for m in net.modules()]
    return [copied({**net.state_dict(), **dict(net.named_buffers())}), flags, modes]


def normed_net(sizes: list[int]) -> nn.Sequential:
    """Return a network whose parameters and buffers are not as they start."""
    inner, hidden, out = sizes
    norm = nn.BatchNorm1d(hidden)
    norm.weight.data = torch.randn(hidden)
    norm.bias.data = torch.randn(hidden)
    norm.running_mean = any_bits(torch.float32, hidden)
    norm.running_var = torch.rand(hidden)
    norm.num_batches_tracked = torch.randint(1 << 54, 1 << 60, ()) | 1
    return nn.Sequential(nn.Linear(inner, hidden), norm, nn.Linear(hidden, out))


def packed(obj: Any, *, old: bool = False) -> bytes:
    """Return the bytes of a file of `torch.save`, perhaps in its older format."""
    file = io.BytesIO()
    torch.save(obj, file, _use_new_zipfile_serialization=not old)
    return file.getvalue()


ENTRIES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    **{f"I{n}": getattr(torch, f"int{n}") for n in (8, 16, 32, 64)},
    **{f"F{n}": getattr(torch, f"float{n}") for n in (16, 32, 64)},
    "BF16": torch.bfloat16,
}
NAME_OF = {dtype: name for name, dtype in ENTRIES.items()}


def every_dtype(rng) -> dict[str, Tensor]:
    """Return tensors of each dtype, some empty or without dimensions."""
    tensors = {}
    for dtype in rng.sample(list(ENTRIES.values()), len(ENTRIES)):
        shape = rng.sample(DISTINCT, rng.randrange(1, 4))
        whole = torch.randint(0, 2 if dtype is torch.bool else 100, shape).to(dtype)
        value = any_bits(dtype, *shape) if dtype.is_floating_point else whole
        tensors[f"layer.{NAME_OF[dtype]}"] = value
    return {
        "three.bytes": torch.tensor([1, 2, 3], dtype=torch.uint8),
        "unaligned": torch.randn(2, 3),
        **tensors,
        "none": torch.empty(0, 4, dtype=torch.int16),
        "größe": torch.tensor(0.5, dtype=torch.float64),
    }


def a_state(names: list[str]) -> State:
    return {name: torch.tensor([float(i), -1.0]) for i, name in enumerate(names)}
