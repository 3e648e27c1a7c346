"""Averages are new tensors after every update; swapped returns an object with __enter__ and
__exit__.
"""


class _Swap:
    def __init__(self, net, values):
        self.net, self.values, self.own = net, values, []

    def __enter__(self):
        self.own.append({k: v.clone() for k, v in self.net.state_dict().items()})
        self.net.load_state_dict(self.values())

    def __exit__(self, *exc_info):
        self.net.load_state_dict(self.own.pop())
        return False


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self._net, self._keep = net, decay
        self._mean = tuple((k, v.detach().clone()) for k, v in net.state_dict().items())

    def update(self) -> None:
        now = self._net.state_dict()
        self._mean = tuple(
            (k, self._keep * a + (1 - self._keep) * now[k] if a.is_floating_point() else now[k].clone())
            for k, a in self._mean
        )

    def state_dict(self) -> dict[str, Tensor]:
        return {k: a.clone() for k, a in self._mean}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        self._mean = tuple((k, state[k].detach().to(a, copy=True)) for k, a in self._mean)

    def swapped(self) -> AbstractContextManager[None]:
        return _Swap(self._net, lambda: dict(self._mean))
