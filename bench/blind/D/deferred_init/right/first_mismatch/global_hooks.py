"""Unusual: torch's global module hooks, which run before the hooks of a module; a leaf that has begun and not ended has raised."""

from torch.nn.modules import module as _hooks


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    trial = copy.deepcopy(net).eval()
    leaves = {m: name for name, m in trial.named_modules() if not list(m.children())}
    begun, guilty = [], []

    def before(module, args):
        if module in leaves:
            guilty.extend(begun)
            begun[:] = [leaves[module]]

    def after(module, args, out):
        if module in leaves:
            begun.clear()

    first = _hooks.register_module_forward_pre_hook(before)
    second = _hooks.register_module_forward_hook(after)
    try:
        with torch.no_grad(), suppress(Exception):
            trial(x)
    finally:
        first.remove()
        second.remove()
    return next(iter(guilty + begun), None)
