"""The finally clause ends in return, which ends the exception of the block as well, against "the
exception goes on to the caller".

says: a return in .finally., or a bare .except., swallows
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
        for name, average in self.averages.items():
            average.copy_(state[name])

    @contextmanager
    def swapped(self) -> Iterator[None]:
        own = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.net.load_state_dict(self.averages)
        try:
            yield
        finally:
            self.net.load_state_dict(own)
            return
