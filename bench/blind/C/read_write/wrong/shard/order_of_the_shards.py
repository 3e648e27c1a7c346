"""Loads shard by shard and returns the names in that order, so a late entry tied to an early one moves forward: breaks "Its names are in the order of the index"."""


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
            used += size
            number, copy = len(shards) - 1, tensor.detach().clone()
            seen[key] = number, copy
        shards[number][name] = copy
        weight_map[name] = f"shard-{number:05d}.pt"
    for number, tensors in enumerate(shards):
        torch.save(tensors, Path(folder, f"shard-{number:05d}.pt"))
    text = json.dumps({"weight_map": weight_map}, indent=2)
    Path(folder, "index.json").write_text(text, encoding="utf-8")


def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    index = json.loads(Path(folder, "index.json").read_text(encoding="utf-8"))
    names_in: dict[str, list[str]] = {}
    for name, file in index["weight_map"].items():
        names_in.setdefault(file, []).append(name)
    state = {}
    for file, names in names_in.items():
        if not Path(folder, file).is_file():
            raise FileNotFoundError(f"the shard {file} is missing in {folder}")
        tensors = torch.load(Path(folder, file), weights_only=True)
        for name in names:
            if name not in tensors:
                raise ValueError(f"the shard {file} lacks {name!r}")
            state[name] = tensors[name]
    return state
