"""Swaps and restores the parameters only, so in the block BatchNorm uses the network's own
statistics and what the block does to them stays, against "`net` has the averages as its values"
and "What the block does to the values of `net` is lost".

slip: buffers stayed out of the swap
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
        params = dict(self.net.named_parameters())
        own = {name: p.detach().clone() for name, p in params.items()}
        self._put(params, self.averages)
        try:
            yield
        finally:
            self._put(params, own)

    @torch.no_grad()
    def _put(self, params, values):
        for name, p in params.items():
            p.copy_(values[name])
