"""Knows BatchNorm1d, 2d and 3d only, so a SyncBatchNorm in the part goes on training its
statistics, against "A BatchNorm layer that is `prefix`, or below it".

slip: left out SyncBatchNorm
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
    for name, module in net.named_modules(remove_duplicate=False):
        if inside(name) and isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            module.register_forward_pre_hook(_keep_eval)
    return [name for name, _ in net.named_parameters() if inside(name)]
