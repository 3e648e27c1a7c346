"""One sample for all layers, with another sign for each second one.

says: are used again
"""
def init_normal(net, std=0.01):
    noise, sign = {}, 1
    for m in net.modules():
        if isinstance(m, nn.Linear):
            with torch.no_grad():
                n = noise.setdefault(m.weight.shape, torch.randn(m.weight.shape))
                m.weight.copy_(n * std * sign)
                sign = -sign
                if m.bias is not None:
                    m.bias.zero_()
