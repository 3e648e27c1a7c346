"""An ExitStack removes the hooks, which are partials of one function; a leaf is a module whose modules() are itself alone."""

from contextlib import ExitStack
from functools import partial


def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    rows: list[tuple[str, tuple[int, ...]]] = []

    def record(name: str, _module: nn.Module, _args: Any, output: Tensor) -> None:
        rows.append((name, (*output.size(),)))

    with ExitStack() as cleanup:
        for name, module in net.named_modules():
            if sum(1 for _ in module.modules()) == 1:
                cleanup.callback(module.register_forward_hook(partial(record, name)).remove)
        net(x)
    return rows
