"""Sums in float64 are kept in one dict, file after file, so that only one file is in memory.
"""

def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    sums: dict[str, Tensor] = {}
    kinds: dict[str, tuple[torch.Size, torch.dtype]] | None = None
    for path in paths:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found = {name: (t.shape, t.dtype) for name, t in state.items()}
        if kinds is None:
            kinds = found
            sums = {n: torch.zeros(s, dtype=torch.float64) for n, (s, _) in kinds.items()}
        elif kinds != found:
            raise ValueError(f"{path} has other names, shapes or dtypes")
        for name, t in state.items():
            if t.dtype.is_floating_point:
                sums[name] += t.detach()
            else:
                sums[name] = t
    if kinds is None:
        raise ValueError("there is nothing to average")
    return {
        name: (sums[name] / len(paths)).to(dtype) if dtype.is_floating_point else sums[name]
        for name, (_, dtype) in kinds.items()
    }
