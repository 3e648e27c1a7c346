"""Copies a tensor, but not those in a list or dict.

says: whole storage behind a view
"""
def save_tensors(obj, path):
    torch.save(obj.clone() if isinstance(obj, Tensor) else obj, path)
