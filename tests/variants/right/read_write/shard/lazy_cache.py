"""Loads a shard when its first name comes; saves as it goes."""
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
