"""A function for net.apply, with in-place methods under no_grad."""
def init_normal(net, std=0.01):
    def init(m):
        if isinstance(m, nn.Linear):
            with torch.no_grad():
                m.weight.normal_(0, std)
                if m.bias is not None:
                    m.bias.fill_(0)

    return net.apply(init)
