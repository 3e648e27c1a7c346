"""Clears the caller's hooks as well.

says: a hook that was there before
"""
from torch.func import functional_call


def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    found: list[tuple[str, tuple[int, ...]]] = []
    flags = [(m, m.training) for m in net.modules()]
    leaves = [(name, m) for name, m in net.named_modules() if not list(m.children())]
    ghosts: dict[str, Tensor] = {}
    for path, module in net.named_modules():
        for name, t in (*module._parameters.items(), *module._buffers.items()):
            if t is not None:
                ghosts[f"{path}.{name}".lstrip(".")] = torch.empty_like(t, device="meta")
    x = torch.empty(input_shape, dtype=torch.float32, device="meta")
    try:
        net.eval()
        for name, m in leaves:
            m.register_forward_hook(lambda m, a, y, name=name: found.append((name, y.shape)))
        functional_call(net, ghosts, x, tie_weights=False)
    finally:
        for _, m in leaves:
            m._forward_hooks.clear()
        for m, flag in flags:
            m.training = flag
    return found
