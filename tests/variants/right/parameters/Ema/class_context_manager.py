"""Averages in a list without repeats, an index from names to it, and a class with __enter__/__exit__ that exchanges bits by slots."""


class _Swap(AbstractContextManager):
    def __init__(self, ema: "Ema"):
        self._ema = ema
        self._saved: list[list[tuple[Tensor, Tensor]]] = []

    def __enter__(self) -> None:
        pairs = [(live, avg) for live, avg in self._ema._pairs()]
        self._saved.append([(live, live.clone()) for live, _ in pairs])
        for live, avg in pairs:
            live.copy_(avg)

    def __exit__(self, *exc: object) -> bool:
        for live, value in self._saved.pop():
            live.copy_(value)
        return False


class Ema:
    def __init__(self, net: nn.Module, decay: float):
        self._source = net
        self._keep = decay
        self._index: dict[str, int] = {}
        self._slots: list[Tensor] = []
        first: dict[int, int] = {}
        for name, value in net.state_dict(keep_vars=True).items():
            if id(value) not in first:
                first[id(value)] = len(self._slots)
                self._slots.append(value.detach().clone())
            self._index[name] = first[id(value)]

    def _pairs(self) -> Iterator[tuple[Tensor, Tensor]]:
        current = self._source.state_dict()
        by_slot = {self._index[name]: value for name, value in current.items()}
        for slot, value in by_slot.items():
            yield value, self._slots[slot]

    def update(self) -> None:
        for value, avg in self._pairs():
            if avg.is_floating_point() or avg.is_complex():
                avg.copy_(self._keep * avg + (1 - self._keep) * value)
            else:
                avg.copy_(value)

    def state_dict(self) -> dict[str, Tensor]:
        return {name: self._slots[slot].clone() for name, slot in self._index.items()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        for name, slot in self._index.items():
            self._slots[slot].copy_(state[name].detach())

    def swapped(self) -> AbstractContextManager[None]:
        return _Swap(self)
