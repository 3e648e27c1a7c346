"""Compares the beginning of the string, so "1" also freezes "10.bias", against "whole parts
between dots".

slip: took 10 for a part of 1
"""


def _keep_eval(module, args):
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    names = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if name.startswith(prefix):
            p.requires_grad_(False)
            p.grad = None
    for name, _ in net.named_parameters():
        if name.startswith(prefix):
            names.append(name)
    for name, module in net.named_modules(remove_duplicate=False):
        if name.startswith(prefix) and isinstance(module, _BatchNorm):
            module.register_forward_pre_hook(_keep_eval)
    return names
