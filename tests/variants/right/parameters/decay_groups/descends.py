"""Goes down the tree and remembers whether it is inside of a norm layer."""
def decay_groups(net, weight_decay):
    norms = nn.modules.batchnorm._NormBase | nn.LayerNorm | nn.GroupNorm | nn.RMSNorm
    verdict = {}

    def descend(module, in_norm):
        in_norm = in_norm or isinstance(module, norms)
        for child in module.children():
            descend(child, in_norm)
        for key, p in module._parameters.items():
            if p is not None:
                verdict[p] = verdict.get(p, False) or in_norm or "bias" in key

    descend(net, False)
    return [
        {"weight_decay": number, "params": [p for p, v in verdict.items() if v is spared]}
        for spared, number in ((False, weight_decay), (True, 0.0))
    ]
