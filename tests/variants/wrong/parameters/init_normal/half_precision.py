"""Draws through float16, where weights repeat.

says: in full precision
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            with torch.no_grad():
                m.weight.copy_((torch.randn(m.weight.shape) * std).half())
            if m.bias is not None:
                nn.init.zeros_(m.bias)
