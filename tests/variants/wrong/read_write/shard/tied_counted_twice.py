"""A tied entry takes room a second time, so the next shard starts too early.

says: Tied entries do not count once
"""


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    shards: list[dict[str, Tensor]] = []
    used = 0
    seen: dict[tuple, tuple[int, Tensor]] = {}
    weight_map: dict[str, str] = {}
    for name, tensor in state.items():
        size = tensor.numel() * tensor.element_size()
        key = (tensor.data_ptr(), tensor.shape, tensor.stride())
        if size and key in seen:
            number, copy = seen[key]
        else:
            if not shards or used + size > max_bytes:
                shards.append({})
                used = 0
            number, copy = len(shards) - 1, tensor.detach().clone()
            seen[key] = number, copy
        if number == len(shards) - 1:
            used += size
        shards[number][name] = copy
        weight_map[name] = f"shard-{number:05d}.pt"
    for number, tensors in enumerate(shards):
        torch.save(tensors, Path(folder, f"shard-{number:05d}.pt"))
    text = json.dumps({"weight_map": weight_map}, indent=2)
    Path(folder, "index.json").write_text(text, encoding="utf-8")


def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    index = json.loads(Path(folder, "index.json").read_text(encoding="utf-8"))
    weight_map = index["weight_map"]
    shards = {}
    for file in dict.fromkeys(weight_map.values()):
        if not Path(folder, file).is_file():
            raise FileNotFoundError(f"the shard {file} is missing in {folder}")
        shards[file] = torch.load(Path(folder, file), weights_only=True)
    state = {}
    for name, file in weight_map.items():
        if name not in shards[file]:
            raise ValueError(f"the shard {file} lacks {name!r}")
        state[name] = shards[file][name]
    return state
