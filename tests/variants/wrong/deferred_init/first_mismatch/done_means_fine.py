"""A second run is not looked at.

says: fails in its second run
"""
def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net).eval()
    started: list[str] = []
    ended: set[str] = set()
    for name, module in twin.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(
                lambda m, a, name=name: started.append(name), prepend=True
            )
            module.register_forward_hook(lambda m, a, y, name=name: ended.add(name))
    try:
        twin(x)
    except Exception:
        for name in started:
            if name not in ended:
                return name
    return None
