"""Shared leaf gets its last name.

says: has two names
"""
def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net).eval()
    names = {m: name for name, m in twin.named_modules(remove_duplicate=False)}
    running: list[nn.Module] = []
    for module in names:
        if not list(module.children()):
            module.register_forward_pre_hook(lambda m, a: running.append(m), prepend=True)
            module.register_forward_hook(lambda m, a, y: running.clear())
    try:
        twin(x)
    except Exception:
        return names[running[0]] if running else None
    return None
