"""The copy runs in train mode, where batch norm refuses one row, against "`x` goes through `net` in eval mode".

slip: copy runs in train mode
"""

def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net)
    running: list[str] = []
    for name, module in twin.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(
                lambda m, a, name=name: running.append(name), prepend=True
            )
            module.register_forward_hook(lambda m, a, y: running.clear())
    try:
        with torch.no_grad():
            twin(x)
    except Exception:
        return running[0] if running else None
    return None
