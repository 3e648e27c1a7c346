"""A class whose one bound method is the hook of all leaves and looks the name up by the
module.
"""
class _Recorder:
    def __init__(self, net: nn.Module):
        self.names = {m: name for name, m in net.named_modules() if not any(True for _ in m.children())}
        self.entries: list[tuple[str, tuple[int, ...]]] = []

    def __enter__(self) -> "_Recorder":
        self.handles = [module.register_forward_hook(self.record) for module in self.names]
        return self

    def __exit__(self, *error: object) -> None:
        while self.handles:
            self.handles.pop().remove()

    def record(self, module: nn.Module, args: Any, output: Tensor) -> None:
        self.entries += [(self.names[module], tuple(output.size()))]


def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    with _Recorder(net) as recorder:
        net(x)
    return recorder.entries
