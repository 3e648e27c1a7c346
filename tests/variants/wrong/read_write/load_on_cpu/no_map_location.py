"""Forgets map_location.

says: unless map_location says
"""
def load_on_cpu(path):
    return torch.load(path, weights_only=True)
