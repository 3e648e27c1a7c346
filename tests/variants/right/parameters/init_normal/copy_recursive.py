"""Goes down by hand and copies new values in."""
def init_normal(net, std=0.01):
    if isinstance(net, torch.nn.Linear):
        net.weight.data.copy_(std * torch.randn(net.weight.shape))
        if getattr(net, "bias", None) is not None:
            net.bias.data.zero_()
    for child in net.children():
        init_normal(child, std)
