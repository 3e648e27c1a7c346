"""Starts from a deepcopy of the state dict, in which the names of a shared tensor share one average, and updates it once for each name: breaks "Each `update()` makes every average `decay * average + (1 - decay) * value`"."""

from copy import deepcopy


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.net = net
        self.decay = decay
        self.averages = dict(deepcopy(net.state_dict()))

    @torch.no_grad()
    def update(self) -> None:
        params = dict(self.net.named_parameters(remove_duplicate=False))
        for name, value in self.net.state_dict().items():
            average = self.averages[name]
            if name in params or average.is_floating_point():
                average.mul_(self.decay).add_(value, alpha=1 - self.decay)
            else:
                average.copy_(value)

    def state_dict(self) -> dict[str, Tensor]:
        return dict(self.averages)

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        for name, average in self.averages.items():
            average.copy_(state[name])

    @torch.no_grad()
    def _write(self, values: Mapping[str, Tensor]) -> None:
        for name, value in self.net.state_dict().items():
            value.copy_(values[name])

    @contextmanager
    def swapped(self) -> Iterator[None]:
        own = {name: v.clone() for name, v in self.net.state_dict().items()}
        self._write(self.averages)
        try:
            yield
        finally:
            self._write(own)
