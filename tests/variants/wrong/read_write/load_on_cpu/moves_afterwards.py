"""Loads first and moves then.

says: unless map_location says
"""
def load_on_cpu(path):
    loaded = torch.load(path, weights_only=True)
    if isinstance(loaded, Tensor):
        return loaded.cpu()
    return {k: v.cpu() if isinstance(v, Tensor) else v for k, v in loaded.items()}
