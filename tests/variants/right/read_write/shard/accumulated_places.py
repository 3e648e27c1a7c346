"""Places by itertools.accumulate, files without an extension, a cached closure
loads.
"""

import functools
from itertools import accumulate


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    def memory(name: str) -> tuple:
        tensor = state[name]
        if tensor.numel() == 0:
            return (name,)
        return tensor.data_ptr(), tuple(tensor.shape), tensor.stride()

    first: dict[tuple, str] = {}
    owner = {name: first.setdefault(memory(name), name) for name in state}
    leaders = list(first.values())

    def place(before: tuple[int, float], size: int) -> tuple[int, float]:
        number, used = before
        full = used + size > max_bytes
        return (number + 1, size) if full else (number, used + size)

    sizes = (state[name].numel() * state[name].element_size() for name in leaders)
    _, *places = accumulate(sizes, place, initial=(-1, math.inf))
    file_of = {
        name: f"part{number}" for name, (number, _) in zip(leaders, places, strict=True)
    }
    index = {name: file_of[leader] for name, leader in owner.items()}
    for file in set(index.values()):
        stored = {
            name: torch.empty(state[name].shape, dtype=state[name].dtype).copy_(
                state[name].detach()
            )
            for name in leaders
            if file_of[name] == file
        }
        torch.save(
            {n: stored[owner[n]] for n in index if index[n] == file},
            os.path.join(folder, file),
        )
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as stream:
        json.dump({"weight_map": index}, stream)


def load_sharded(folder: FilePath) -> dict[str, Tensor]:
    with open(os.path.join(folder, "index.json"), encoding="utf-8") as stream:
        index = json.load(stream)["weight_map"]

    @functools.cache
    def part(file: str) -> dict[str, Tensor]:
        try:
            return torch.load(os.path.join(folder, file), weights_only=True)
        except FileNotFoundError:
            raise FileNotFoundError(f"no shard {file}") from None

    def entry(item: tuple[str, str]) -> tuple[str, Tensor]:
        name, file = item
        try:
            return name, part(file)[name]
        except KeyError:
            raise ValueError(f"no tensor {name!r} in {file}") from None

    return dict(map(entry, index.items()))
