"""A subclass of Linear that applies itself depth times, folded with functools.reduce.

slip: the network is itself the Linear
"""


class _RepeatedLinear(nn.Linear):
    depth = 1

    def forward(self, x):
        from functools import reduce

        once = super().forward
        return reduce(lambda y, _: once(torch.relu(y)), range(1, self.depth), once(x))


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    net = _RepeatedLinear(in_features=width, out_features=width)
    net.depth = depth
    return net
