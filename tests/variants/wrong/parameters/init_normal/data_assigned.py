"""Assigns `.data`, which loses the dtype.

says: takes the new tensor's dtype
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            m.weight.data = torch.randn(m.weight.shape) * std
            if m.bias is not None:
                m.bias.data = torch.zeros(m.bias.shape)
