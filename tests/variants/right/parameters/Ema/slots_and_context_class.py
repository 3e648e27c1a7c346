"""Unusual: one small object per entry of the state dict, and `swapped` returns a
context manager class instead of a generator.
"""


class _Average:
    __slots__ = ("value", "blend")

    def __init__(self, value: Tensor, blend: bool):
        self.value = value.detach().clone()
        self.blend = blend

    def follow(self, value: Tensor, decay: float) -> None:
        if self.blend:
            self.value = decay * self.value + (1 - decay) * value
        else:
            self.value = value.clone()


class _Swap(AbstractContextManager):
    def __init__(self, net: nn.Module, averages: dict[str, _Average]):
        self._net = net
        self._averages = averages
        self._own: list[dict[str, Tensor]] = []

    def _fill(self, values: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for name, target in self._net.state_dict().items():
                target.copy_(values[name])

    def __enter__(self) -> None:
        self._own.append({k: v.clone() for k, v in self._net.state_dict().items()})
        self._fill({name: a.value for name, a in self._averages.items()})

    def __exit__(self, *exc: object) -> None:
        self._fill(self._own.pop())


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self._source = net
        self._rate = decay
        params = {name for name, _ in net.named_parameters(remove_duplicate=False)}
        self._entries = {
            name: _Average(value, name in params or value.is_floating_point())
            for name, value in net.state_dict().items()
        }

    def update(self) -> None:
        with torch.no_grad():
            for name, value in self._source.state_dict().items():
                self._entries[name].follow(value, self._rate)

    def state_dict(self) -> dict[str, Tensor]:
        return {name: entry.value.clone() for name, entry in self._entries.items()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        for name, entry in self._entries.items():
            fresh = torch.empty_like(entry.value)
            entry.value = fresh.copy_(state[name].detach())

    def swapped(self) -> AbstractContextManager[None]:
        return _Swap(self._source, self._entries)
