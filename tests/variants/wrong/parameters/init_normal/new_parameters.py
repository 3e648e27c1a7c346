"""Assigns new parameters.

says: unknown to the optimizer
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            grads = m.weight.requires_grad
            m.weight = nn.Parameter(
                torch.randn_like(m.weight) * std, requires_grad=grads
            )
            if m.bias is not None:
                m.bias = nn.Parameter(torch.zeros_like(m.bias))
