"""Pools the tensors of all shards, so that a tensor counts that stands in another shard
than the index says ("ValueError: a shard lacks a tensor that the index promises").

says: for a tensor that is in another shard
"""

def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    index = json.loads(Path(folder, "index.json").read_text())["weight_map"]
    pool: dict[str, Tensor] = {}
    for file in dict.fromkeys(index.values()):
        if not Path(folder, file).exists():
            raise FileNotFoundError(f"no shard {file}")
        pool |= torch.load(Path(folder, file), map_location="cpu", weights_only=True)
    for name in index:
        if name not in pool:
            raise ValueError(f"no tensor {name} in {index[name]}")
    return {name: pool[name] for name in index}
