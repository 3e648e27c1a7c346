"""Unusual: first groups tied names, then finds the cut positions with a generator of slices; files named by a counter in hex, index from ChainMap-like merge."""


def _cuts(sizes, limit):
    begin, total = 0, 0
    for i, size in enumerate(sizes):
        if i > begin and total + size > limit:
            yield slice(begin, i)
            begin, total = i, 0
        total += size
    if sizes:
        yield slice(begin, len(sizes))


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    families: dict[Any, list[str]] = {}
    for name, value in state.items():
        memory = (value.data_ptr(), tuple(value.shape), value.stride())
        families.setdefault(memory if value.numel() else name, []).append(name)
    groups = list(families.values())
    sizes = [state[g[0]].numel() * state[g[0]].element_size() for g in groups]
    where = {}
    for number, piece in enumerate(_cuts(sizes, max_bytes)):
        label = f"{number:x}.tensors"
        content = {}
        for group in groups[piece]:
            lead = state[group[0]].detach()
            if lead.untyped_storage().nbytes() > lead.numel() * lead.element_size():
                lead = lead.clone()
            for name in group:
                content[name] = lead.view(state[name].dtype)
                where[name] = label
        with open(os.path.join(folder, label), "wb") as file:
            torch.save(content, file)
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"weight_map": {name: where[name] for name in state}}, file)
