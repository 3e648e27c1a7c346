"""Compares devices with their indices, so nothing is on one that is named without ("held on `device`").

says: peaks on
"""

def _storages_of(tree: Any, device: torch.device) -> set[torch.UntypedStorage]:
    tensors = [t for t in tree_leaves(tree) if isinstance(t, Tensor)]
    return {t.untyped_storage() for t in tensors if t.device == device}
