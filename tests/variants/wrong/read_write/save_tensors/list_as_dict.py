"""Turns a list into a dict.

says: wrong result for a list
"""
def save_tensors(obj, path):
    if isinstance(obj, Tensor):
        torch.save(obj.clone(), path)
        return
    pairs = enumerate(obj) if isinstance(obj, list) else obj.items()
    torch.save({str(k): t.clone() for k, t in pairs}, path)
