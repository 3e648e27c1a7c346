"""Averages in a list beside a list of names; swapped puts the restoring on an ExitStack."""


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.decay = decay
        self._entries = lambda: list(net.state_dict().values())
        self._names = list(net.state_dict())
        self._averages = [torch.empty_like(v).copy_(v) for v in self._entries()]

    def update(self) -> None:
        pairs = list(zip(self._averages, self._entries()))
        real = [(a, v) for a, v in pairs if a.is_floating_point()]
        with torch.no_grad():
            for a, v in pairs:
                if not a.is_floating_point():
                    a[...] = v
            if real:
                means, values = zip(*real)
                torch._foreach_mul_(means, self.decay)
                torch._foreach_add_(means, values, alpha=1 - self.decay)

    def state_dict(self) -> dict[str, Tensor]:
        return dict(zip(self._names, self._averages, strict=True))

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        self._write(self._averages, [state[name] for name in self._names])

    @staticmethod
    def _write(targets, values):
        with torch.no_grad():
            for target, value in zip(targets, values):
                target.copy_(value)

    def swapped(self) -> AbstractContextManager[None]:
        from contextlib import ExitStack

        @contextmanager
        def block():
            with ExitStack() as stack:
                own = [v.clone() for v in self._entries()]
                stack.callback(lambda: self._write(self._entries(), own))
                self._write(self._entries(), self._averages)
                yield

        return block()
