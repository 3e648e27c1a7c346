"""Writes first and last use down apart, so that depth 1 gives two.

says: runs once more
"""
def make_tied_mlp(width: int, depth: int) -> nn.Module:
    shared = nn.Linear(width, width)
    inner = [module for _ in range(depth - 2) for module in (shared, nn.ReLU())]
    return nn.Sequential(shared, nn.ReLU(), *inner, shared)
