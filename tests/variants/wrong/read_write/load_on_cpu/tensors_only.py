"""Drops what is no tensor at the top.

says: does not give what was saved
"""
def load_on_cpu(path):
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    if isinstance(loaded, dict):
        return {k: v for k, v in loaded.items() if isinstance(v, Tensor)}
    return loaded
