"""Equal widths give one cached network, so the second one breaks "until the first call, all parameters are placeholders".

slip: cache hands out the same network twice
"""

from functools import lru_cache


@lru_cache
def lazy_mlp(*widths: int) -> nn.Module:
    layers: list[nn.Module] = []
    for width in widths[:-1]:
        layers += [nn.LazyLinear(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.LazyLinear(widths[-1]))
