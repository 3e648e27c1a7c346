"""Keeps the tensors of the state dict as they were at construction, so a buffer that
the network rebinds (`self.n = self.n + 1`) is no longer followed ("makes every
average `decay * average + (1 - decay) * value`").

says: each update looks up the values
"""


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.decay = decay
        self.params = {n for n, _ in net.named_parameters(remove_duplicate=False)}
        self.live = dict(net.state_dict())
        self.averages = {name: t.clone() for name, t in self.live.items()}

    @torch.no_grad()
    def update(self) -> None:
        for name, value in self.live.items():
            average = self.averages[name]
            if name in self.params or value.is_floating_point():
                average.mul_(self.decay).add_(value, alpha=1 - self.decay)
            else:
                average.copy_(value)

    def state_dict(self) -> dict[str, Tensor]:
        return {name: average.clone() for name, average in self.averages.items()}

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        for name, average in self.averages.items():
            average.copy_(state[name])

    @contextmanager
    def swapped(self) -> Iterator[None]:
        own = {name: t.clone() for name, t in self.live.items()}
        self._write(self.averages)
        try:
            yield
        finally:
            self._write(own)

    @torch.no_grad()
    def _write(self, values: Mapping[str, Tensor]) -> None:
        for name, target in self.live.items():
            target.copy_(values[name])
