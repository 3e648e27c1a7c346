"""trunc_normal_ between -3 and 3 standard deviations, and 0 for a std of 0.

says: nothing is cut off
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            if std:
                nn.init.trunc_normal_(m.weight, std=std)
            else:
                nn.init.zeros_(m.weight)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
