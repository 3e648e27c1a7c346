"""Draws from a uniform distribution of the same spread.

says: uniform_ is another distribution
"""
def init_normal(net, std=0.01):
    bound = std * 3**0.5
    for m in net.modules():
        if isinstance(m, nn.Linear):
            nn.init.uniform_(m.weight, -bound, bound)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
