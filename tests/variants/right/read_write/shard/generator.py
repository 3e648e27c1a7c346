"""Groups tied names first, yields shard after shard; fills the result file by file."""
from collections import defaultdict


def _packed(state, max_bytes):
    ties = defaultdict(list)
    for name, tensor in state.items():
        place = (tensor.data_ptr(), *tensor.shape, *tensor.stride())
        ties[place if tensor.numel() else name].append(name)
    box, room = {}, max_bytes
    for names in ties.values():
        tensor = state[names[0]]
        if box and tensor.nbytes > room:
            yield box
            box, room = {}, max_bytes
        room -= tensor.nbytes
        box |= dict.fromkeys(names, tensor.detach().clone())
    if box:
        yield box


def shard(state, folder, max_bytes):
    place = {}
    for number, box in enumerate(_packed(state, max_bytes)):
        file = f"{chr(97 + number % 26)}{number}.weights"
        with open(os.path.join(folder, file), "wb") as sink:
            torch.save(box, sink)
        place.update(dict.fromkeys(box, file))
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as sink:
        json.dump({"weight_map": {name: place[name] for name in state}}, sink)


def load_sharded(folder):
    with open(os.path.join(folder, "index.json"), "rb") as stream:
        weight_map = json.load(stream)["weight_map"]
    result = dict.fromkeys(weight_map)
    for file in set(weight_map.values()):
        # An OSError for a file that is not there has its name in the message.
        with open(os.path.join(folder, file), "rb") as stream:
            content = torch.load(stream, weights_only=True)
        for name in (name for name in weight_map if weight_map[name] == file):
            try:
                result[name] = content[name]
            except KeyError:
                raise ValueError(f"{name} is not in {file}") from None
    return result
