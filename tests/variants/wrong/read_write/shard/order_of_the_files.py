"""Gives the names shard by shard.

says: order of the index
"""
def load_sharded(folder):
    weight_map = json.loads(Path(folder, "index.json").read_text())["weight_map"]
    state = {}
    for file in dict.fromkeys(weight_map.values()):
        state.update(torch.load(Path(folder, file)))
    for name in weight_map:
        if name not in state:
            raise ValueError(name)
    return state
