"""Goes by the first names only, so a weight that is tied into the frozen part under a second name
still trains, against "A shared parameter is there if one of its names is".

slip: missed a parameter's second name
"""


def _keep_eval(module, args):
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name):
        return prefix == "" or name == prefix or name.startswith(prefix + ".")


    frozen = []
    for name, p in net.named_parameters():
        if inside(name):
            p.requires_grad_(False)
            p.grad = None
            frozen.append(name)
    for name, module in net.named_modules(remove_duplicate=False):
        if inside(name) and isinstance(module, _BatchNorm):
            module.register_forward_pre_hook(_keep_eval)
    return frozen
