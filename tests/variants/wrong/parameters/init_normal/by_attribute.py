"""Takes everything with a weight for a Linear.

says: does not make a layer a Linear
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(getattr(m, "weight", None), nn.Parameter):
            nn.init.normal_(m.weight, std=std)
            if isinstance(getattr(m, "bias", None), nn.Parameter):
                nn.init.zeros_(m.bias)
