"""Compares types, which leaves out subclasses.

says: type\(m\) == nn\.Linear leaves out subclasses
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if type(m) == nn.Linear:
            nn.init.normal_(m.weight, std=std)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
