"""Puts the compact copies into the caller's own list or dict ("`obj` stays as it is")."""


def _is_view(tensor: Tensor) -> bool:
    own = tensor.numel() * tensor.element_size()
    return tensor.untyped_storage().nbytes() > own


def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        obj = obj.detach().clone() if _is_view(obj) else obj
    else:
        items = list(obj.items() if isinstance(obj, dict) else enumerate(obj))
        for key, tensor in items:
            if _is_view(tensor):
                obj[key] = tensor.detach().clone()
    torch.save(obj, path)
