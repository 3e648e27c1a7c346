"""BatchNorm goes to eval mode only at the next call of train(), so right after
freeze a network in training still updates its statistics.

says: without net\.train\(\)
"""

from types import MethodType


def _inside(name: str, prefix: str) -> bool:
    return prefix == "" or name == prefix or name.startswith(prefix + ".")


def _stay_in_eval(self: nn.Module, mode: bool = True) -> nn.Module:
    return nn.Module.train(self, False)


def freeze(net: nn.Module, prefix: str) -> list[str]:
    for name, p in net.named_parameters(remove_duplicate=False):
        if _inside(name, prefix):
            p.requires_grad_(False)
            p.grad = None
    for name, module in net.named_modules(remove_duplicate=False):
        if _inside(name, prefix) and isinstance(module, _BatchNorm):
            module.train = MethodType(_stay_in_eval, module)
    return [name for name, _ in net.named_parameters() if _inside(name, prefix)]
