"""Leaves without parameters not watched.

says: with parameters or not
"""
def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net).eval()
    running: list[str] = []
    for name, module in twin.named_modules():
        if not list(module.children()) and list(module.parameters()):
            module.register_forward_pre_hook(
                lambda m, a, name=name: running.append(name), prepend=True
            )
            module.register_forward_hook(lambda m, a, y: running.clear())
    try:
        twin(x)
    except Exception:
        return running[0] if running else None
    return None
