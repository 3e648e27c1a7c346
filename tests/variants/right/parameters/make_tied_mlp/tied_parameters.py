"""Layers of their own that share both Parameter objects."""
def make_tied_mlp(width, depth):
    layers = [nn.Linear(width, width) for _ in range(depth)]
    for layer in layers[1:]:
        layer.weight = layers[0].weight
        layer.bias = layers[0].bias
    modules = [m for layer in layers for m in (layer, nn.ReLU())]
    return nn.Sequential(*modules[:-1])
