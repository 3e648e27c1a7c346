"""Leaves layers in eval mode.

says: in eval mode
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear) and m.training:
            nn.init.normal_(m.weight, std=std)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
