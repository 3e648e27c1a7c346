"""Puts the BatchNorm layers in evaluation mode once, and the next net.train() undoes it, against
"even after `net.train()`".

slip: eval() that net.train() undoes
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
            module.eval()
    return [name for name, _ in net.named_parameters() if inside(name)]
