"""A plan of names comes first, and the files have names made by uuid.
"""

from uuid import uuid4


def _memory(t: Tensor) -> object:
    return (t.data_ptr(), t.shape, t.stride(), t.dtype) if t.numel() else object()


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    families: dict[object, list[str]] = {}
    for name, t in state.items():
        families.setdefault(_memory(t), []).append(name)
    bins: list[list[list[str]]] = []
    free = -1
    for members in families.values():
        size = state[members[0]].nbytes
        if size > free:
            bins.append([])
            free = max_bytes
        bins[-1].append(members)
        free -= size
    home = {}
    for members_of_bin in bins:
        file = f"{uuid4().hex}.bin"
        part = {}
        for members in members_of_bin:
            packed = state[members[0]].detach().clone()
            part |= dict.fromkeys(members, packed)
            home |= dict.fromkeys(members, file)
        torch.save(part, os.path.join(folder, file))
    index = {"weight_map": {name: home[name] for name in state}}
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
        json.dump(index, file, indent=1)


def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
        home = json.load(file)["weight_map"]
    shards = {
        name: torch.load(os.path.join(folder, name), weights_only=True)
        for name in dict.fromkeys(home.values())
    }
    try:
        return {name: shards[file][name] for name, file in home.items()}
    except KeyError as error:
        raise ValueError(f"the shards lack {error.args[0]}") from error
