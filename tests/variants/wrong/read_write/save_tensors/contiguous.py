"""Trusts contiguous() to make a copy; a row is contiguous already.

says: whole storage behind a view: clone
"""
def save_tensors(obj, path):
    if isinstance(obj, Tensor):
        obj = obj.contiguous()
    elif isinstance(obj, list):
        obj = [t.contiguous() for t in obj]
    else:
        obj = {k: t.contiguous() for k, t in obj.items()}
    torch.save(obj, path)
