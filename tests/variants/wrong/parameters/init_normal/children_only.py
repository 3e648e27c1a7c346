"""Looks one level deep.

says: children\(\) sees the next level only
"""
def init_normal(net, std=0.01):
    for m in net.children():
        if isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, std=std)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
