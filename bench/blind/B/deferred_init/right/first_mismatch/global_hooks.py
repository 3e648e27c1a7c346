"""Hooks for all modules of torch, taken away again; they run before those of a lazy leaf.
"""

from torch.nn.modules import module as _all


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net).eval()
    leaves = {id(m): name for name, m in twin.named_modules() if not any(True for _ in m.children())}
    stack: list[int] = []

    def enter(module, args):
        if id(module) in leaves:
            stack.append(id(module))

    def leave(module, args, output):
        if id(module) in leaves:
            stack.pop()

    handles = (
        _all.register_module_forward_pre_hook(enter),
        _all.register_module_forward_hook(leave),
    )
    try:
        with torch.no_grad():
            twin(x)
    except Exception:
        return leaves[stack[0]] if stack else None
    finally:
        for handle in handles:
            handle.remove()
    return None
