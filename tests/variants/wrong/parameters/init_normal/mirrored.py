"""The second half of the rows is the first with the other sign.

says: are used again
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, std=std)
            with torch.no_grad():
                half = len(m.weight) // 2
                m.weight[len(m.weight) - half:] = -m.weight[:half]
                if m.bias is not None:
                    m.bias.zero_()
