"""Copies a view only if the rest of its storage is over 4 KiB, so that this rest is
saved too.

says: whole storage behind a view
"""

SLACK = 4096


def _compact(tensor: Tensor) -> Tensor:
    rest = tensor.untyped_storage().nbytes() - tensor.numel() * tensor.element_size()
    return tensor.detach().clone() if rest > SLACK else tensor


def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        torch.save(_compact(obj), path)
    elif isinstance(obj, Mapping):
        torch.save({name: _compact(tensor) for name, tensor in obj.items()}, path)
    else:
        torch.save([_compact(tensor) for tensor in obj], path)


def load_tensors(path: FilePath) -> Tensors:
    return torch.load(path, weights_only=True)
