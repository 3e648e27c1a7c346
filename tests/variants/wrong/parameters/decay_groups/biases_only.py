"""Spares the biases, but not the weights of norm layers.

says: norm layer's weight is spared too
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        (rest if "bias" in name.rpartition(".")[2] else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
