"""Converts to float32 on the way.

says: wrong result for odd tensors
"""
def load_on_cpu(path):
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    if isinstance(loaded, Tensor):
        return loaded.float()
    return {k: v.float() if isinstance(v, Tensor) else v for k, v in loaded.items()}
