"""Sets the momentum of the BatchNorm layers to 0, so in training mode they count batches and
normalise by the batch, against "`num_batches_tracked` as they are, and normalises by them".

slip: momentum 0 instead of evaluation mode
"""


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name):
        return prefix == "" or name == prefix or name.startswith(prefix + ".")

    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name):
            p.requires_grad_(False)
            p.grad = None
    for name, module in net.named_modules(remove_duplicate=False):
        if inside(name) and isinstance(module, _BatchNorm):
            module.momentum = 0.0
    return [name for name, _ in net.named_parameters() if inside(name)]
