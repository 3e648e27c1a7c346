"""Goes through named_modules() without repeats, so a BatchNorm that is first met outside the part
keeps learning statistics, against "by one of its names".

slip: missed a BatchNorm's second name
"""


def _keep_eval(module, args):
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name):
        return prefix == "" or name == prefix or name.startswith(prefix + ".")


    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name):
            p.requires_grad_(False)
            p.grad = None
    for name, module in net.named_modules():
        if inside(name) and isinstance(module, _BatchNorm):
            module.register_forward_pre_hook(_keep_eval)
    return [name for name, _ in net.named_parameters() if inside(name)]
