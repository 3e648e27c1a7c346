"""Hooks of all modules stay registered.

says: hooks of all modules
"""
from torch.nn.modules import module as _hooks
def first_mismatch(net, x):
    trial = copy.deepcopy(net).eval()
    leaves = {m: name for name, m in trial.named_modules() if not list(m.children())}
    running = []
    def before(module, args):
        if module in leaves: running.append(leaves[module])
    def after(module, args, out):
        if module in leaves: running.clear()
    a = _hooks.register_module_forward_pre_hook(before)
    b = _hooks.register_module_forward_hook(after)
    with torch.no_grad():
        try:
            trial(x)
        except Exception:
            return running[0] if running else None
    a.remove(); b.remove()
    return None
