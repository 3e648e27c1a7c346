"""Copies a tensor, but not those in a list or dict.

says: holds more than the view
"""
def save_tensors(obj, path):
    torch.save(obj.clone() if isinstance(obj, Tensor) else obj, path)
