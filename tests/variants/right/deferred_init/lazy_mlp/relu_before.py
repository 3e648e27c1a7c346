"""Adds modules one by one, with the ReLU in front of each layer but the first."""
def lazy_mlp(*args):
    net = nn.Sequential()
    for i, out in enumerate(args):
        if i > 0:
            net.add_module(f"act{i}", nn.ReLU(inplace=True))
        net.add_module(f"fc{i}", nn.LazyLinear(out_features=out))
    return net
