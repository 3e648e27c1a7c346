"""Sets a seed, so that every call gives the same.

says: seed set inside
"""
def init_normal(net, std=0.01):
    torch.manual_seed(0)
    for m in net.modules():
        if isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, std=std)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
