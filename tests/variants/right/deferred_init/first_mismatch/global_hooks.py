"""Hooks on all modules of torch, on a copy."""
def first_mismatch(net, x):
    from torch.nn.modules.module import (
        register_module_forward_hook,
        register_module_forward_pre_hook,
    )

    twin = copy.deepcopy(net)
    for m in twin.modules():
        m.training = False
    names = {m: n for n, m in twin.named_modules()}
    open_leaves = []

    def enter(module, args):
        if not list(module.children()):
            open_leaves.append(names[module])

    def leave(module, args, output):
        if not list(module.children()):
            open_leaves.pop()

    handles = [register_module_forward_pre_hook(enter), register_module_forward_hook(leave)]
    try:
        with torch.no_grad():
            twin(x)
    except Exception:
        return open_leaves[-1]
    finally:
        for handle in handles:
            handle.remove()
