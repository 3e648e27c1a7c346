"""Writes the format that torch.save had before zip archives; reads the bytes itself."""
def _compact(thing):
    match thing:
        case Tensor():
            with torch.no_grad():
                return torch.empty(thing.shape, dtype=thing.dtype).copy_(thing)
        case dict():
            return dict(zip(thing, map(_compact, thing.values()), strict=True))
        case _:
            return [*map(_compact, thing)]


def save_tensors(obj, path):
    with Path(path).open("wb") as sink:
        torch.save(_compact(obj), sink, _use_new_zipfile_serialization=False)


def load_tensors(path):
    with open(path, "rb") as stream:
        return torch.load(io.BytesIO(stream.read()), weights_only=True)
