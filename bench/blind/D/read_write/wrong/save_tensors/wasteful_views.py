"""Leaves views alone whose storage is up to 4 KiB larger, forgetting that the file's own overhead counts too ("the bytes of the tensors' own entries and at most 4 KiB more for each tensor")."""


def _compact(tensor: Tensor) -> Tensor:
    tensor = tensor.detach()
    own = tensor.numel() * tensor.element_size()
    if tensor.untyped_storage().nbytes() - own > 4096:
        return tensor.clone(memory_format=torch.contiguous_format)
    return tensor


def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        packed = _compact(obj)
    elif isinstance(obj, dict):
        packed = {key: _compact(tensor) for key, tensor in obj.items()}
    else:
        packed = [_compact(tensor) for tensor in obj]
    torch.save(packed, path)
