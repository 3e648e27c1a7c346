"""Averages in lists, lerp_ for the step, nested functions, and a context manager as
a class.
"""


class _Swap(AbstractContextManager):
    def __init__(self, net: nn.Module, values: Callable[[], list[Tensor]]):
        self.net, self.values, self.stack = net, values, []

    def __enter__(self) -> None:
        self.stack.append([t.clone() for t in self.net.state_dict().values()])
        self._put(self.values())

    def __exit__(self, *exc_info: object) -> None:
        self._put(self.stack.pop())

    def _put(self, values: list[Tensor]) -> None:
        with torch.no_grad():
            for target, value in zip(
                self.net.state_dict().values(), values, strict=True
            ):
                target.copy_(value)


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        names, values = zip(*net.state_dict().items()) if net.state_dict() else ((), ())
        averages = [v.detach().clone() for v in values]
        params = {name for name, _ in net.named_parameters(remove_duplicate=False)}
        smooth = [n in params or a.is_floating_point() for n, a in zip(names, averages)]

        def update() -> None:
            with torch.no_grad():
                for average, value, mean in zip(
                    averages, net.state_dict().values(), smooth
                ):
                    average.lerp_(value, 1 - decay) if mean else average.copy_(value)

        def load(state: Mapping[str, Tensor]) -> None:
            with torch.no_grad():
                for name, average in zip(names, averages):
                    average.copy_(state[name])

        self._update, self._load = update, load
        self._items = lambda: zip(names, [a.clone() for a in averages])
        self._swap = lambda: _Swap(net, lambda: averages)

    def update(self) -> None:
        self._update()

    def state_dict(self) -> dict[str, Tensor]:
        return dict(self._items())

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        self._load(state)

    def swapped(self) -> AbstractContextManager[None]:
        return self._swap()
