"""load_state_dict takes over the very tensors of the dict, so that later updates write into the caller's checkpoint (or into the network): breaks "copies the values of such a dict into the averages"."""


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.net = net
        self.decay = decay
        self.averages = {
            name: value.clone() for name, value in net.state_dict().items()
        }

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
        for name in self.averages:
            self.averages[name] = state[name].detach()

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
