"""An ExitStack removes the hooks, and a default argument binds the name.

slip: ExitStack and default argument
"""

from contextlib import ExitStack


def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    seen: list[tuple[str, tuple[int, ...]]] = []
    with ExitStack() as stack:
        for name, module in net.named_modules():
            if next(module.children(), None) is None:
                hook = module.register_forward_hook(
                    lambda _module, _args, output, name=name: seen.append((name, (*output.shape,)))
                )
                stack.callback(hook.remove)
        net(x)
    return seen
