"""After a tensor that is too large the count starts at 0, so the next one goes into its shard: "one that takes more has a shard of its own".

says: has a shard of its own
"""

def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    shards: list[dict[str, Tensor]] = []
    weight_map, known, used = {}, {}, 0
    for name, t in state.items():
        key = (t.data_ptr(), t.shape, t.stride()) if t.numel() else name
        if key in known:
            number, copy = known[key]
        else:
            if not shards or used + t.nbytes > max_bytes:
                shards.append({})
                used = 0
            used += t.nbytes if t.nbytes <= max_bytes else 0
            number, copy = known[key] = len(shards) - 1, t.detach().clone()
        shards[number][name] = copy
        weight_map[name] = f"shard-{number}.pt"
    for number, part in enumerate(shards):
        torch.save(part, Path(folder, f"shard-{number}.pt"))
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))


def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    weight_map = json.loads(Path(folder, "index.json").read_text())["weight_map"]
    parts, result = {}, {}
    for name, file in weight_map.items():
        if file not in parts:
            if not Path(folder, file).exists():
                raise FileNotFoundError(f"no shard {file}")
            parts[file] = torch.load(Path(folder, file), weights_only=True)
        if name not in parts[file]:
            raise ValueError(f"{file} lacks {name}")
        result[name] = parts[file][name]
    return result
