"""Applies the formula to every entry and copies the result into the average, so an integer counter
is the truncated mean, against "Other buffers, as integer counters, are copied".

says: not floating are copied, not averaged
"""


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.net, self.decay = net, decay
        self.averages = {name: value.clone() for name, value in net.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        for name, value in self.net.state_dict().items():
            average = self.averages[name]
            average.copy_(self.decay * average + (1 - self.decay) * value)

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
