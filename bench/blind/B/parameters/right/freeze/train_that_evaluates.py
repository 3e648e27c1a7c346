"""A frozen BatchNorm gets a train method of its own that always sets evaluation mode.

slip: an instance method train of its own
"""


def _always_eval(self, mode=True):
    return nn.Module.train(self, False)


def freeze(net: nn.Module, prefix: str) -> list[str]:
    from types import MethodType

    stem = prefix and prefix + "."
    for path, module in net.named_modules(remove_duplicate=False):
        if isinstance(module, _BatchNorm) and (path + "." if path else "").startswith(stem):
            module.train = MethodType(_always_eval, module)
            module.train()
    every = [(n, p) for n, p in net.named_parameters(remove_duplicate=False)]
    gone = {p: None for n, p in every if (n + ".").startswith(stem)}
    for p in gone:
        p.requires_grad_(False).grad = None
    return [n for n, _ in net.named_parameters() if (n + ".").startswith(stem)]
