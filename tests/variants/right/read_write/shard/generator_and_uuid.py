"""Unusual: groups of tied names first, then a generator that yields full shards; the files have random names."""

import uuid


def _families(state):
    families = {}
    for name, tensor in state.items():
        if tensor.numel():
            key = tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride()
        else:
            storage = tensor.untyped_storage()._cdata
            key = storage, tensor.dtype, tensor.shape, tensor.stride(), None
        families.setdefault(key, []).append(name)
    return families.values()


def _batches(state, limit):
    batch, room = [], limit
    for names in _families(state):
        tensor = state[names[0]]
        need = tensor.numel() * tensor.element_size()
        if batch and need > room:
            yield batch
            batch, room = [], limit
        batch.append(names)
        room -= need
    if batch:
        yield batch


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    state = dict(state)
    where = {}
    for batch in _batches(state, max_bytes):
        file = f"{uuid.uuid4().hex}.bin"
        content = {}
        for names in batch:
            own = torch.empty(state[names[0]].shape, dtype=state[names[0]].dtype)
            own.copy_(state[names[0]].detach())
            content.update(dict.fromkeys(names, own))
        torch.save(content, os.path.join(folder, file))
        where.update(dict.fromkeys(content, file))
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as out:
        json.dump({"weight_map": {name: where[name] for name in state}}, out)
