"""Loads the shard anew for each name, so tied entries fall apart.

says: do not share their memory
"""
def load_sharded(folder):
    weight_map = json.loads(Path(folder, "index.json").read_text())["weight_map"]
    state = {}
    for name, file in weight_map.items():
        part = torch.load(Path(folder, file))
        if name not in part:
            raise ValueError(name)
        state[name] = part[name]
    return state
