"""Takes the layers out of a block that is an nn.Sequential, and runs those: breaks "runs
`n` independent blocks".

says: each network itself runs
"""
def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    layers: list[nn.Module] = []
    for _ in range(n):
        block = make_block()
        if isinstance(block, nn.Sequential):
            layers.extend(block)
        else:
            layers.append(block)
    return nn.Sequential(*layers)
