"""Takes names from named_parameters() and named_buffers(), which leave out a tied parameter's
second name and have buffers that are not persistent, against "under the names of
`net.state_dict()`".

says: shared tensor under each of its names
"""


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self.net, self.decay = net, decay
        self.averages = {name: t.detach().clone() for name, t in self._live()}

    @torch.no_grad()
    def update(self) -> None:
        for name, value in self._live():
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
        own = {name: value.detach().clone() for name, value in self._live()}
        self._put(self.averages)
        try:
            yield
        finally:
            self._put(own)

    def _live(self):
        return [*self.net.named_parameters(), *self.net.named_buffers()]

    @torch.no_grad()
    def _put(self, values):
        for name, value in self._live():
            value.copy_(values[name])
