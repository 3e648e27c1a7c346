"""Initialises whatever parameters a Linear has.

says: subclass of Linear may have parameters of its own
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            for name, p in m.named_parameters(recurse=False):
                if name == "bias":
                    nn.init.zeros_(p)
                else:
                    nn.init.normal_(p, std=std)
