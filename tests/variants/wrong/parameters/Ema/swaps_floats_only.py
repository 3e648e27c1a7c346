"""Swaps and restores floating tensors only, so a counter that the block moves, as
`num_batches_tracked`, stays moved ("What the block does to the values of `net` is
lost", "`net` has the averages as its values").

says: does not swap
"""


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.net = net
        self.decay = decay
        self.averages = {name: t.clone() for name, t in net.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        params = {name for name, _ in self.net.named_parameters(remove_duplicate=False)}
        for name, value in self.net.state_dict().items():
            average = self.averages[name]
            if name in params or value.is_floating_point():
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
        own = {name: t.clone() for name, t in self.net.state_dict().items()}
        self._write(self.averages)
        try:
            yield
        finally:
            self._write(own)

    @torch.no_grad()
    def _write(self, values: Mapping[str, Tensor]) -> None:
        for name, target in self.net.state_dict().items():
            if target.is_floating_point() or target.is_complex():
                target.copy_(values[name])
