"""Blames the last leaf started.

says: a leaf that has ended fits
"""
def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net).eval()
    last: str | None = None

    def note(name):
        def hook(module, args):
            nonlocal last
            last = name

        return hook

    for name, module in twin.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(note(name), prepend=True)
    try:
        twin(x)
    except Exception:
        return last
    return None
