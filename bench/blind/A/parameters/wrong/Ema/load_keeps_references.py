"""load_state_dict takes over the tensors of the given dict, so the next update changes the
caller's state, against "copies the values of such a dict into the averages".

slip: kept the loaded tensors themselves
"""


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.net, self.decay = net, decay
        self.averages = {name: value.clone() for name, value in net.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        for name, value in self.net.state_dict().items():
            if value.is_floating_point():
                self.averages[name].lerp_(value, 1 - self.decay)
            else:
                self.averages[name].copy_(value)

    def state_dict(self) -> dict[str, Tensor]:
        return dict(self.averages)

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        for name in self.averages:
            self.averages[name] = state[name].detach()

    @contextmanager
    def swapped(self) -> Iterator[None]:
        own = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.net.load_state_dict(self.averages)
        try:
            yield
        finally:
            self.net.load_state_dict(own)
