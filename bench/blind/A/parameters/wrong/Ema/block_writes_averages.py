"""Points the network's tensors at the averages' memory for the block, so what the block writes
into the network is in the averages, against "the averages do not change".

slip: lent the averages' own memory to the net
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
        live = self.net.state_dict(keep_vars=True)
        own = {name: value.data for name, value in live.items()}
        for name, value in live.items():
            value.data = self.averages[name]
        try:
            yield
        finally:
            for name, value in live.items():
                value.data = own[name]
