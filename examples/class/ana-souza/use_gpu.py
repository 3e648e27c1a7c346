# my answers
import statistics
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any
from weakref import WeakSet
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.checkpoint import checkpoint


Device = torch.device | str


def num_gpus():
    return torch.cuda.device_count()


def try_gpu(i=0):
    if i < 0:
        raise ValueError("negative")
    try:
        return [torch.device(f"cuda:{k}") for k in range(torch.cuda.device_count())][i]
    except IndexError:
        return torch.device("cpu")


def try_all_gpus():
    found = []
    for k in range(torch.cuda.device_count()):
        found.append(torch.device(f"cuda:{k}"))
    if not found:
        found.append(torch.device("cpu", 0))
    return found


import copy
import dataclasses


def to_device(batch, device):
    if torch.is_tensor(batch):
        return batch if batch.device == torch.device(device) else batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        new = copy.copy(batch)
        for k in batch:
            new[k] = to_device(batch[k], device)
        return new
    if isinstance(batch, list):
        new = copy.copy(batch)
        for i, b in enumerate(batch):
            new[i] = to_device(b, device)
        return new
    if isinstance(batch, tuple):
        parts = [to_device(b, device) for b in batch]
        return batch._make(parts) if hasattr(batch, "_make") else type(batch)(parts)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        new = copy.copy(batch)
        for f in dataclasses.fields(batch):
            object.__setattr__(new, f.name, to_device(getattr(batch, f.name), device))
        return new
    return batch


def train_epoch(net, loader, loss_fn, optimizer, device):
    for m in net.modules():
        m.training = True
    optimizer.zero_grad()
    losses = []
    for batch in loader:
        inputs, targets = (t.to(torch.device(device)) for t in batch)
        loss = loss_fn(net(inputs), targets)
        losses.append(loss.data.clone())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    if len(losses) == 0:
        raise ValueError("no batches in the loader")
    values = torch.stack(losses).tolist()
    return sum(values) / len(values)


from time import monotonic as _now


def time_op(fn, device, warmup=3, repeat=10):
    if not (warmup >= 0 and repeat >= 1):
        raise ValueError
    times = []
    for i in range(warmup + repeat):
        if torch.device(device).type != "cpu":
            torch.accelerator.synchronize(device)
        t = _now()
        fn()
        if torch.device(device).type != "cpu":
            torch.accelerator.synchronize(device)
        times.append(_now() - t)
    return float(statistics.median(times[warmup:]))


def _walk(thing, path, on_path):
    if id(thing) in on_path:
        return
    on_path = on_path | {id(thing)}
    if isinstance(thing, torch.Tensor):
        yield path, thing
        return
    if isinstance(thing, nn.Module):
        inner = {}
        inner.update(thing._modules)
        inner.update(thing._parameters)
        inner.update(thing._buffers)
        for key, value in vars(thing).items():
            if key not in ("_modules", "_parameters", "_buffers"):
                inner[key] = value
    elif isinstance(thing, dict):
        inner = thing
    elif isinstance(thing, (list, tuple)):
        inner = dict(enumerate(thing))
    else:
        return
    for key, value in inner.items():
        yield from _walk(value, path + (str(key),), on_path)


def placement_audit(net, device):
    where = torch.empty(0, device=device).device
    by_id = {}
    for path, t in _walk(net, (), frozenset()):
        if t.device != where:
            by_id.setdefault(id(t), ".".join(path))
    return set(by_id.values())


class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        self.d = d
        self.max_len = max_len

    def forward(self, x):
        n = x.size(-2)
        if n > self.max_len:
            raise ValueError(n)
        pos = torch.arange(n, device=x.device, dtype=torch.float32).unsqueeze(1)
        col = torch.arange(self.d, device=x.device)
        angle = pos / torch.pow(10000.0, 2 * (col // 2).float() / self.d)
        codes = torch.where(col % 2 == 0, torch.sin(angle), torch.cos(angle))
        return x + codes.to(x.dtype)


def norm_log(matrices, device):
    log = []
    for m in matrices:
        m = m.to(device)
        log.append((m @ m).norm().reshape(1))
    if len(log) == 0:
        return torch.zeros((0,))
    return torch.cat(log).cpu()


def data_parallel(net, x, devices):
    size = -(-x.shape[0] // len(devices))
    gathered = []
    for i, part in enumerate(torch.split(x, size)):
        d = torch.device(devices[i])
        state = {}
        for path, m in net.named_modules():
            pre = path + "." if path else ""
            state.update({pre + k: v.to(d) for k, v in m._parameters.items() if v is not None})
            state.update({pre + k: v.detach().clone().to(d) for k, v in m._buffers.items() if v is not None})
        gathered.append(functional_call(net, state, (part.to(d),), tie_weights=False).to(devices[0]))
    return torch.concat(gathered)


class _Ahead:
    def __init__(self, loader, device):
        self.it = iter(loader)
        self.device = torch.device(device)
        self.stream = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
        self.done = False
        self._load()

    def _to(self, t):
        if self.stream is None:
            return t.to(self.device)
        return t.pin_memory().to(self.device, non_blocking=True)

    def _load(self):
        try:
            batch = next(self.it)
        except StopIteration:
            self.done = True
            return
        if self.stream is None:
            self.ahead = self._move(batch)
        else:
            with torch.cuda.stream(self.stream):
                self.ahead = self._move(batch)

    def _move(self, batch):
        if isinstance(batch, torch.Tensor):
            return self._to(batch)
        return type(batch)([self._to(t) for t in batch])

    def __iter__(self):
        return self

    def __next__(self):
        if self.done:
            raise StopIteration
        if self.stream is not None:
            now = torch.cuda.current_stream(self.device)
            now.wait_stream(self.stream)
            for t in [self.ahead] if isinstance(self.ahead, torch.Tensor) else self.ahead:
                t.record_stream(now)
        batch = self.ahead
        self._load()
        return batch

    def close(self):
        self.done, self.ahead, self.it = True, None, iter(())


def prefetch(loader, device):
    return _Ahead(loader, device)


from torch.multiprocessing.reductions import StorageWeakRef


class _Meter(TorchDispatchMode):
    def __init__(self, kind):
        super().__init__()
        self.kind, self.alive, self.foreign, self.peak = kind, {}, set(), 0

    def refs(self, tree):
        for t in tree_leaves(tree):
            if isinstance(t, Tensor) and t.device.type == self.kind:
                s = t.untyped_storage()
                yield StorageWeakRef(s), s.nbytes()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        for ref, _ in self.refs((args, kwargs or {})):
            if ref not in self.alive:
                self.foreign.add(ref)
        out = func(*args, **(kwargs or {}))
        self.alive = {r: n for r, n in self.alive.items() if not r.expired()}
        for ref, n in self.refs(out):
            if ref not in self.foreign:
                self.alive[ref] = n
        self.peak = max(self.peak, sum(self.alive.values()))
        return out


def peak_memory(fn, device):
    d = torch.device(device)
    if d.type != "cuda":
        with _Meter(d.type) as meter:
            fn()
        return meter.peak
    torch.cuda.synchronize(d)
    torch.cuda.reset_peak_memory_stats(d)
    before = torch.cuda.memory_stats(d)["allocated_bytes.all.current"]
    fn()
    torch.cuda.synchronize(d)
    return torch.cuda.memory_stats(d)["allocated_bytes.all.peak"] - before


def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, max_norm=1.0, dtype=torch.float16):
    for p in net.parameters():
        p.grad = None

    @torch.autocast(device_type=inputs.device.type, dtype=dtype)
    def compute():
        return loss_fn(net(inputs), targets)

    loss = compute()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in net.parameters() if p.grad is not None]
    total = torch.stack([g.norm() for g in grads]).norm()
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.mul_(factor)
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        return loss.clone()


class _Again(torch.autograd.Function):
    @staticmethod
    def forward(ctx, block, x, *parameters):
        ctx.block = block
        ctx.rng = torch.get_rng_state()
        kind = x.device.type
        ctx.cast = kind, torch.get_autocast_dtype(kind), torch.is_autocast_enabled(kind)
        ctx.save_for_backward(x)
        ctx.parameters = parameters
        with torch.no_grad():
            return block(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        need = x.is_floating_point()
        x = x.detach().requires_grad_(need)
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(ctx.rng)
            kind, dtype, on = ctx.cast
            with torch.enable_grad(), torch.autocast(kind, dtype, enabled=on):
                y = ctx.block(x)
        inputs = [x, *ctx.parameters]
        grads = torch.autograd.grad(y, inputs, g, allow_unused=True)
        return (None, *grads)


class _Net(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        for b in self.blocks:
            x = _Again.apply(b, x, *b.parameters())
        return x


def checkpointed(blocks):
    return _Net(blocks)


def _seconds(fn: Callable[[], object], device: torch.device) -> float:
    start = _read_clock(device)
    fn()
    return _read_clock(device) - start


def _read_clock(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _is_on(tensor: Tensor, device: torch.device) -> bool:
    there = tensor.device
    return there.type == device.type and device.index in (None, there.index)


def _parts_of(node: Any) -> Iterable[tuple[Any, Any]]:
    match node:
        case nn.Module():
            registries = ("_parameters", "_buffers", "_modules")
            own = {k: v for k, v in vars(node).items() if k not in registries}
            return (
                pair
                for table in (node._parameters, node._buffers, node._modules, own)
                for pair in table.items()
            )
        case dict():
            return node.items()
        case list() | tuple():
            return enumerate(node)
    return ()


def _replica(net: nn.Module, device: Device) -> dict[str, Tensor]:
    """Return copies on `device`: of parameters within the graph, of buffers without."""
    parameters = {name: p.to(device) for name, p in net.named_parameters()}
    buffers = {name: b.to(device, copy=True) for name, b in net.named_buffers()}
    return parameters | buffers


def _start_copy(batch: Any, stream: torch.cuda.Stream) -> Any:
    with torch.cuda.stream(stream):
        return _each(
            batch, lambda t: t.pin_memory().to(stream.device, non_blocking=True)
        )


def _each(batch: Any, function: Callable[[Tensor], Any]) -> Any:
    if isinstance(batch, Tensor):
        return function(batch)
    return type(batch)(function(t) for t in batch)


class _Storages(TorchDispatchMode):
    """Counts the bytes of the storages that operators make on one device."""

    def __init__(self, device: torch.device):
        super().__init__()
        self.device = device
        self.now = self.peak = 0
        self.known: WeakSet[torch.UntypedStorage] = WeakSet()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.known.update(_storages_of((args, kwargs), self.device))
        result = func(*args, **(kwargs or {}))
        for storage in _storages_of(result, self.device):
            if storage not in self.known:
                self.known.add(storage)
                self.count(storage.nbytes())
                weakref.finalize(storage, self.count, -storage.nbytes())
        return result

    def count(self, nbytes: int) -> None:
        self.now += nbytes
        self.peak = max(self.peak, self.now)


def _storages_of(tree: Any, device: torch.device) -> list[torch.UntypedStorage]:
    tensors = [t for t in tree_leaves(tree) if isinstance(t, Tensor)]
    return [t.untyped_storage() for t in tensors if _is_on(t, device)]


class _Checkpointed(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        for block in self:
            x = checkpoint(block, x, use_reentrant=False)
        return x


def _kind(x: Tensor) -> tuple[torch.Size, torch.dtype, torch.device]:
    return x.shape, x.dtype, x.device


@torch.no_grad()
def _record(fn: Callable[[Tensor], Tensor], static: Tensor) -> Callable[[], Tensor]:
    side = torch.cuda.Stream(static.device)
    side.wait_stream(torch.cuda.current_stream(static.device))
    with torch.cuda.stream(side):
        for _ in range(3):
            fn(static)
    torch.cuda.current_stream(static.device).wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        output = fn(static)

    def replay() -> Tensor:
        graph.replay()
        return output

    return replay


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    """Return a function that computes `fn(x)` for inputs like `example`, for inference.

    On a CUDA device `fn` is run a few times on a side stream to warm up, then recorded
    once in a CUDA graph. Every later call copies its input to where the graph reads it
    and replays the graph, without calling `fn`. Elsewhere there is no graph, and each
    call calls `fn`.

    On every device: a call computes with the input of this call; its result needs no
    gradient and is not changed by later calls, even if `fn` returns the same tensor
    every time. Neither `example` nor an input is changed, even if `fn` works in place.

    Raises:
        ValueError: by the function returned, if its input differs from `example` in
            shape, dtype or device.

    Example:
        >>> double = capture(lambda x: 2 * x, torch.zeros(3))
        >>> double(torch.ones(3))
        tensor([2., 2., 2.])
    """
    static = example.detach().clone()
    compute = _record(fn, static) if static.is_cuda else lambda: fn(static)

    @torch.no_grad()
    def run(x: Tensor) -> Tensor:
        if _kind(x) != _kind(static):
            raise ValueError(f"captured for {_kind(static)}, called with {_kind(x)}")
        static.copy_(x)
        return compute().clone()

    return run
