"""Sets the gradients of net to None before the forward pass ("Nothing else about net changes").

says: does not do to a batch|gives a wrong result
"""

_right = data_parallel


def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    net.zero_grad()
    return _right(net, x, devices)
