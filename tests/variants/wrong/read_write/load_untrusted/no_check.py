"""Returns whatever came.

says: look at what came
"""
def load_untrusted(path):
    try:
        return torch.load(path, weights_only=True)
    except Exception as e:
        raise ValueError from e
