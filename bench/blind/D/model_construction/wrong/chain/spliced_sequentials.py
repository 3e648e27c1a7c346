"""Splices the layers of an nn.Sequential into one flat chain, so a subclass with a forward of its own is not run ("runs `n` independent blocks")."""

def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    layers: list[nn.Module] = []
    for _ in range(n):
        block = make_block()
        if isinstance(block, nn.Sequential):
            layers.extend(block)
        else:
            layers.append(block)
    return nn.Sequential(*layers)
