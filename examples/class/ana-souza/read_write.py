# my answers
import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO
import torch
from torch import Tensor, nn


FilePath = str | os.PathLike[str]


Tensors = Tensor | list[Tensor] | dict[str, Tensor]


ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    """The widths and the activation of a multilayer perceptron."""

    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str


def build_mlp(config: MLPConfig) -> nn.Sequential:
    """Return a new network with its description in `net.config`.

    Raises:
        ValueError: the activation is unknown.
    """
    if config.activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {config.activation!r}")
    widths = [config.in_features, *config.hidden]
    net = nn.Sequential()
    for width, following in zip(widths, config.hidden, strict=False):
        net.append(nn.Linear(width, following))
        net.append(ACTIVATIONS[config.activation]())
    net.append(nn.Linear(widths[-1], config.out_features))
    net.config = config
    return net


DTYPES = {
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


from torch.utils import _pytree


def save_tensors(obj, path):
    copied = _pytree.tree_map(lambda t: torch.empty_like(t).copy_(t), obj)
    buffer = io.BytesIO()
    torch.save(copied, buffer)
    with open(path, "wb") as file:
        file.write(buffer.getvalue())


def load_tensors(path):
    with open(path, "rb") as file:
        return torch.load(io.BytesIO(file.read()), map_location="cpu")


def save_parameters(net, path):
    with open(path, "wb") as f:
        torch.save(net.state_dict(), f)


def load_parameters(net, path):
    with open(path, "rb") as f:
        loaded = torch.load(f, weights_only=True)
    mine = net.state_dict()
    if set(loaded) != set(mine):
        raise ValueError(f"names differ: {set(loaded) ^ set(mine)}")
    for k in mine:
        if mine[k].size() != loaded[k].size():
            raise ValueError(k)
    with torch.no_grad():
        for k in mine:
            mine[k][...] = loaded[k]


def reuse_layers(source, target, names):
    src, dst = source.state_dict(), target.state_dict()
    modules = {
        name
        for name, _ in source.named_modules(remove_duplicate=False)
        if name in dict(target.named_modules(remove_duplicate=False))
    }
    chosen = {}
    for name in names:
        mine = {k: v for k, v in src.items() if k.startswith(name + ".")}
        yours = {k: v for k, v in dst.items() if k.startswith(name + ".")}
        if name not in modules or mine.keys() != yours.keys():
            raise ValueError(f"no layer {name}")
        for k in mine:
            if mine[k].shape != yours[k].shape:
                raise ValueError(f"{name}: {k} differs")
        chosen.update(mine)
    with torch.no_grad():
        for k, v in chosen.items():
            dst[k].copy_(v)
    return [*names]


def save_model(net, path):
    with open(path, "wb") as f:
        torch.save({"config": vars(net.config).copy(), "state": net.state_dict()}, f)


def load_model(path):
    try:
        saved = torch.load(path)
        fields = saved["config"]
        net = build_mlp(
            MLPConfig(
                fields.pop("in_features"),
                fields.pop("hidden"),
                fields.pop("out_features"),
                fields.pop("activation"),
            )
        )
        assert not fields
        net.load_state_dict(saved["state"])
        return net
    except Exception as e:
        raise ValueError("bad file") from e


def load_untrusted(path):
    try:
        obj = torch.load(str(path), weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as e:
        raise ValueError("refused") from e
    if not isinstance(obj, dict):
        raise ValueError(type(obj))
    for key in obj:
        if type(key) is not str or not torch.is_tensor(obj[key]):
            raise ValueError(key)
    return obj


def save_checkpoint(path, model, optimizer, scheduler, step):
    names = [
        [next(n for n, q in model.named_parameters() if q is p) for p in g["params"]]
        for g in optimizer.param_groups
    ]
    torch.save(
        (model.state_dict(), optimizer.state_dict(), names, scheduler.state_dict(),
         step, torch.get_rng_state()),
        path,
    )


def load_checkpoint(path, model, optimizer, scheduler):
    weights, optim, names, schedule, step, rng = torch.load(path)
    mine = [
        [next(n for n, q in model.named_parameters() if q is p) for p in g["params"]]
        for g in optimizer.param_groups
    ]
    if list(map(set, names)) != list(map(set, mine)):
        raise ValueError("groups differ")
    old = [n for g in names for n in g]
    new = [n for g in mine for n in g]
    optim["state"] = {
        i: optim["state"][old.index(n)]
        for i, n in enumerate(new)
        if old.index(n) in optim["state"]
    }
    model.load_state_dict(weights)
    optimizer.load_state_dict(optim)
    scheduler.load_state_dict(schedule)
    torch.set_rng_state(rng)
    return step


import tempfile


def atomic_save(obj, path):
    buffer = io.BytesIO()
    torch.save(obj, buffer)
    folder = os.path.dirname(os.path.abspath(path))
    handle, name = tempfile.mkstemp(dir=folder)
    finished = False
    try:
        data = memoryview(buffer.getbuffer())
        while data:
            data = data[os.write(handle, data):]
        os.fsync(handle)
        os.close(handle)
        handle = None
        os.rename(name, path)
        finished = True
    finally:
        if not finished:
            if handle is not None:
                os.close(handle)
            os.unlink(name)


import mmap

import numpy as np


def _parse(path):
    size = os.path.getsize(path)
    if size < 8:
        raise ValueError("too short")
    with open(path, "rb") as f:
        view = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    n = int(np.frombuffer(view[:8], dtype="<u8")[0])
    if n + 8 > size:
        raise ValueError("header too long")
    header = json.loads(view[8 : 8 + n].decode("utf-8"))
    if type(header) is not dict:
        raise ValueError("no object")
    header = {k: v for k, v in header.items() if k != "__metadata__"}
    at = 0
    for e in header.values():
        try:
            a, b = e["data_offsets"]
            t, shape = DTYPES[e["dtype"]], e["shape"]
        except (TypeError, KeyError, ValueError) as err:
            raise ValueError("bad entry") from err
        if not isinstance(shape, list) or not all(type(i) is int for i in [*shape, a, b]):
            raise ValueError("bad types")
        if min([*shape, a, b]) < 0:
            raise ValueError("negative")
        if b - a != t.itemsize * math.prod(shape):
            raise ValueError("size")
    for e in sorted(header.values(), key=lambda e: e["data_offsets"]):
        if e["data_offsets"][0] != at:
            raise ValueError("gap or overlap")
        at = e["data_offsets"][1]
    if at != size - 8 - n:
        raise ValueError("end")
    return header, view, 8 + n


def read_header(path):
    return _parse(path)[0]


def read_tensor(path, name):
    header, view, start = _parse(path)
    e = header[name]
    a, b = e["data_offsets"]
    out = torch.empty(e["shape"], dtype=DTYPES[e["dtype"]])
    if b > a:
        raw = torch.tensor(list(view[start + a : start + b]), dtype=torch.uint8)
        if b - a > 4096:
            raw = torch.frombuffer(bytearray(view[start + a : start + b]), dtype=torch.uint8)
        out.copy_(raw.view(out.dtype).reshape(out.shape))
    return out


import itertools


def write_tensors(path, tensors):
    full = {k: v for k, v in tensors.items() if v.numel() > 0}
    for (_, a), (_, b) in itertools.combinations(full.items(), 2):
        if a.untyped_storage()._cdata == b.untyped_storage()._cdata or (
            a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
        ):
            raise ValueError("shared")
    out, header = io.BytesIO(), {}
    for name in sorted(tensors, key=lambda n: tensors[n].itemsize, reverse=True):
        t = tensors[name].detach()
        code = [k for k, v in DTYPES.items() if v == t.dtype]
        if not code:
            raise ValueError(t.dtype)
        begin = out.tell()
        copy = torch.empty(t.shape, dtype=t.dtype)
        copy.copy_(t)
        out.write(copy.reshape(-1).view(torch.uint8).numpy().data)
        header[name] = {
            "dtype": code[0], "shape": [*t.shape], "data_offsets": [begin, out.tell()]
        }
    text = json.dumps(header)
    text = text.encode().ljust(math.ceil(len(text) / 8) * 8)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + out.getvalue())


import re


def migrate_keys(state, rules):
    names = []
    for name in state:
        parts = re.sub(r"^((module|_orig_mod)\.)+", "", name).split(".")
        for old, new in rules:
            head = old.split(".")
            if parts[: len(head)] == head:
                parts = [new] + parts[len(head) :]
                break
        names.append(".".join(parts))
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"collision at {name!r}")
    return dict(zip(names, state.values()))


def load_on_cpu(path):
    return torch.load(str(path), map_location=torch.device("cpu"))


import functools


def shard(state, folder, max_bytes):
    folder, current, used, number = Path(folder), {}, 0, 0
    index, late, copies = {}, {}, {}
    groups = []
    for name, tensor in state.items():
        twin = next(
            (n for n in copies
             if tensor.numel() and state[n].data_ptr() == tensor.data_ptr()
             and state[n].shape == tensor.shape and state[n].stride() == tensor.stride()),
            None,
        )
        if twin is not None:
            late[name] = twin
            continue
        size = tensor.nbytes
        if groups and used + size <= max_bytes:
            used += size
        else:
            groups.append([])
            used = size
        copies[name] = tensor.detach().clone()
        groups[-1].append(name)
    for i, group in enumerate(groups):
        part = {n: copies[n] for n in group}
        part |= {n: copies[t] for n, t in late.items() if t in group}
        torch.save(part, folder / f"{i}.shard")
        index |= dict.fromkeys(part, f"{i}.shard")
    text = json.dumps({"weight_map": {n: index[n] for n in state}})
    (folder / "index.json").write_text(text)


def load_sharded(folder):
    folder = Path(folder)

    @functools.cache
    def part(file):
        return torch.load(folder / file, weights_only=True)

    weight_map = json.loads((folder / "index.json").read_text())["weight_map"]
    try:
        return {name: part(file)[name] for name, file in weight_map.items()}
    except KeyError as e:
        raise ValueError(f"missing tensor {e}") from e


def average_checkpoints(paths):
    paths = list(paths)
    if len(paths) == 0:
        raise ValueError
    result = torch.load(paths[0])
    mean = {k: v.double() for k, v in result.items() if v.dtype.is_floating_point}
    for i in range(1, len(paths)):
        state = torch.load(paths[i])
        if state.keys() != result.keys():
            raise ValueError("keys")
        for k in result:
            if state[k].shape != result[k].shape or state[k].dtype != result[k].dtype:
                raise ValueError(k)
            if k in mean:
                mean[k] = mean[k] + state[k].double()
            else:
                result[k] = state[k]
    for k in mean:
        result[k] = (mean[k] / len(paths)).to(result[k].dtype)
    return result
