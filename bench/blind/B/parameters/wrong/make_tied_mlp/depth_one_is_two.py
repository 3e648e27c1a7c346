"""First and last use are written down apart, so depth 1 gives two uses with a ReLU between,
against "uses one `Linear(width, width)` `depth` times".

slip: at least two uses, even for depth one
"""


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    shared = nn.Linear(width, width)
    inner = [module for _ in range(depth - 2) for module in (shared, nn.ReLU())]
    return nn.Sequential(shared, nn.ReLU(), *inner, shared)
