"""Does not descend below a Linear, so a Linear inside a subclass of Linear is missed ("for layers at any depth and for subclasses").

says: not change just the weights and biases of Linear
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    if isinstance(net, nn.Linear):
        nn.init.normal_(net.weight, mean=0.0, std=std)
        if net.bias is not None:
            nn.init.zeros_(net.bias)
        return
    for child in net.children():
        init_normal(child, std)
