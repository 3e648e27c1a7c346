"""Unusual: walks named_parameters and named_buffers, aligns by sorted name lists and collects the copies as functools.partial jobs that run once all checks passed."""

import functools


def load_parameters(net: nn.Module, path: FilePath) -> None:
    found = torch.load(path, map_location="cpu", weights_only=True)
    wanted = net.state_dict(keep_vars=True)
    if sorted(found) != sorted(wanted):
        raise ValueError("names differ: " + ", ".join(sorted({*found} ^ {*wanted})))
    pending = []
    for name in sorted(wanted):
        here, there = wanted[name], found[name]
        if tuple(here.shape) != tuple(there.shape):
            raise ValueError(f"{name}: {tuple(there.shape)} instead of {tuple(here.shape)}")
        pending.append(functools.partial(here.detach().copy_, there.detach()))
    for job in pending:
        job()
