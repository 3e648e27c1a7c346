"""Only switches requires_grad off, so a gradient from before stays and the next optimizer step
moves the parameter, against "its `grad` becomes None".

slip: left the old gradients in place
"""


def _keep_eval(module, args):
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name):
        return prefix == "" or name == prefix or name.startswith(prefix + ".")


    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name):
            p.requires_grad_(False)
    for name, module in net.named_modules(remove_duplicate=False):
        if inside(name) and isinstance(module, _BatchNorm):
            module.register_forward_pre_hook(_keep_eval)
    return [name for name, _ in net.named_parameters() if inside(name)]
