"""States and networks to save, and how files are read and compared bit by bit."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from grader import NotStarted

DISTINCT = range(2, 12)  # sizes to draw from without repeats, so that none is square

PROMISED = "ValueError", "FileNotFoundError"

State = dict[str, Tensor]


def read_plainly(path: str | Path) -> Any:
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


def mapped(change: Callable[[Tensor], Any], data: Any) -> Any:
    """Return plain lists, tuples and dicts, with their tensors changed."""
    if isinstance(data, Tensor):
        return change(data)
    if isinstance(data, dict):
        return {key: mapped(change, item) for key, item in data.items()}
    if isinstance(data, list):
        return [mapped(change, item) for item in data]
    if type(data) is tuple:
        return tuple(mapped(change, item) for item in data)
    return data


def form(data: Any) -> Any:
    """Return dtypes and shapes in place of tensors."""
    return mapped(
        lambda t: f"{str(t.dtype).removeprefix('torch.')} {tuple(t.shape)}", data
    )


def bits(data: Any) -> Any:
    """Return bytes in place of tensors."""
    return mapped(
        lambda t: (
            t.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        ),
        data,
    )


def exactly(data: Any) -> list[Any]:
    """Return what tells data apart: names, dtypes and shapes; values; every bit."""
    return [form(data), mapped(lambda t: t.detach().clone(), data), bits(data)]


def odd_tensors(rng) -> dict[str, Tensor]:
    """Return tensors of many dtypes and shapes, with values that do not equal."""
    a, b = rng.sample(DISTINCT, 2)
    with_nan = torch.randn(a, b)
    with_nan[0, 0], with_nan[1, 1] = torch.nan, -0.0
    return {
        "b.weight": with_nan,
        "a.half": torch.randn(b).half(),
        "a.brain": torch.randn(a, 1, b).bfloat16(),
        "double": torch.randn(2, dtype=torch.float64),
        "count": torch.tensor(rng.randrange(1 << 40)),
        "mask": torch.randn(a) > 0,
        "wave": torch.randn(b, dtype=torch.complex64),
        "none": torch.empty(0, a),
        "turned": torch.randn(a, b).T,
    }


def net_state(net: nn.Module) -> State:
    return {name: tensor.clone() for name, tensor in net.state_dict().items()}


def look_at(net: nn.Module) -> list[Any]:
    """Return a network's state, and which of its parts are frozen or in eval mode."""
    flags = [p.requires_grad for p in net.parameters()]
    modes = [m.training for m in net.modules()]
    return [*exactly(dict(net.state_dict())), flags, modes]


def normed_net(sizes: list[int]) -> nn.Sequential:
    """Return a network whose parameters and buffers are not as they start."""
    inner, hidden, out = sizes
    norm = nn.BatchNorm1d(hidden)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    norm.running_mean += torch.randn(hidden)
    norm.running_var += torch.rand(hidden)
    norm.num_batches_tracked += torch.randint(3, 1000, ())
    return nn.Sequential(nn.Linear(inner, hidden), norm, nn.Linear(hidden, out))


def saved_bytes(obj: Any) -> bytes:
    with TemporaryDirectory() as folder:
        return saved(folder, obj).read_bytes()


ENTRIES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F32": torch.float32,
    "F64": torch.float64,
}
NAME_OF = {dtype: name for name, dtype in ENTRIES.items()}


def every_dtype(rng) -> dict[str, Tensor]:
    """Return tensors of each dtype, some empty or without dimensions."""
    tensors = {}
    for dtype in rng.sample(list(ENTRIES.values()), len(ENTRIES)):
        shape = rng.sample(DISTINCT, rng.randrange(1, 4))
        values = torch.randint(0, 2 if dtype is torch.bool else 100, shape)
        noise = torch.rand(shape) if dtype.is_floating_point else 0
        tensors[f"layer.{NAME_OF[dtype]}"] = (values + noise).to(dtype)
    return {
        "three.bytes": torch.tensor([1, 2, 3], dtype=torch.uint8),
        "unaligned": torch.randn(2, 3),
        **tensors,
        "none": torch.empty(0, 4, dtype=torch.int16),
        "größe": torch.tensor(0.5, dtype=torch.float64),
    }


def some_state(names: list[str]) -> State:
    return {name: torch.tensor([float(i), -1.0]) for i, name in enumerate(names)}
