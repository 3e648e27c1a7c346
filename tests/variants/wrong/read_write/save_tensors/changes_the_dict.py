"""Puts the copies into the caller's own container.

says: make a new container for the copies
"""
def save_tensors(obj, path):
    if isinstance(obj, Tensor):
        obj = obj.clone()
    else:
        for k in obj if isinstance(obj, dict) else range(len(obj)):
            obj[k] = obj[k].clone()
    torch.save(obj, path)
