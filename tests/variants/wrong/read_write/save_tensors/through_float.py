"""Converts everything to float32.

says: does not hold the (tensor|list|dict) that was saved
"""
def save_tensors(obj, path):
    if isinstance(obj, Tensor):
        obj = obj.float().clone()
    elif isinstance(obj, list):
        obj = [t.float().clone() for t in obj]
    else:
        obj = {k: t.float().clone() for k, t in obj.items()}
    torch.save(obj, path)
