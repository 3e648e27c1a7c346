"""Takes std for the variance.

says: standard deviation, not the variance
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, 0, std**2)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
