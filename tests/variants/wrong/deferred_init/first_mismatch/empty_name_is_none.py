"""Empty name taken for no name.

says: empty name counts as False
"""
def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net).eval()
    current = ""

    def before(name):
        def hook(module, args):
            nonlocal current
            current = name

        return hook

    def after(module, args, output):
        nonlocal current
        current = ""

    for name, module in twin.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(before(name), prepend=True)
            module.register_forward_hook(after)
    with suppress(Exception):
        twin(x)
    return current or None
