"""Only what is called just `bias` is a bias.

says: in_proj_bias and bias_hh_l0
"""
def decay_groups(net, weight_decay):
    decay, rest = [], []
    for name, p in net.named_parameters():
        owner, _, last = name.rpartition(".")
        spared = last == "bias" or isinstance(net.get_submodule(owner), _NORMS)
        (rest if spared else decay).append(p)
    return [
        {"params": decay, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
