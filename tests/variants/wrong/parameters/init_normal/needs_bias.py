"""Does not think of layers without bias.

says: their bias is None
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            m.weight.data.normal_(0, std)
            m.bias.data.zero_()
