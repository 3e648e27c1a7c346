"""Keeps one average for a shared tensor but updates it once for each of its names ("Each
`update()` makes every average `decay * average + (1 - decay) * value`").

says: an update moves it once
"""

class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.net = net
        self.decay = decay
        copies: dict[int, Tensor] = {}
        self.averages: dict[str, Tensor] = {}
        for name, value in net.state_dict(keep_vars=True).items():
            if id(value) not in copies:
                copies[id(value)] = value.detach().clone()
            self.averages[name] = copies[id(value)]

    @torch.no_grad()
    def update(self) -> None:
        params = dict(self.net.named_parameters(remove_duplicate=False))
        for name, value in self.net.state_dict().items():
            average = self.averages[name]
            if name in params or value.is_floating_point():
                average.mul_(self.decay).add_(value, alpha=1 - self.decay)
            else:
                average.copy_(value)

    def state_dict(self) -> dict[str, Tensor]:
        return {k: v.clone() for k, v in self.averages.items()}

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        if state.keys() != self.averages.keys():
            raise KeyError("the names differ")
        for name, average in self.averages.items():
            average.copy_(state[name])

    @contextmanager
    def swapped(self) -> Iterator[None]:
        own = {k: v.detach().clone() for k, v in self.net.state_dict().items()}
        self._write(self.averages)
        try:
            yield
        finally:
            self._write(own)

    @torch.no_grad()
    def _write(self, values: Mapping[str, Tensor]) -> None:
        for name, tensor in self.net.state_dict().items():
            tensor.copy_(values[name])
