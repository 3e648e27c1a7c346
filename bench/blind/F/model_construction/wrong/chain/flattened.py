"""Unpacks blocks that are an nn.Sequential, also subclasses with a forward of their own ("a module that runs `n` independent blocks, one after the other")."""

def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    net = nn.Sequential()
    for _ in range(n):
        block = make_block()
        if isinstance(block, nn.Sequential):
            net.extend(block)
        else:
            net.append(block)
    return net
