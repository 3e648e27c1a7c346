"""A private module of its own with names block_i, which are looked up with get_submodule."""

class _Chain(nn.Module):
    def __init__(self, blocks: Iterator[nn.Module]):
        super().__init__()
        self.names: tuple[str, ...] = ()
        for block in blocks:
            name = f"block_{len(self.names)}"
            self.register_module(name, block)
            self.names += (name,)

    def forward(self, x: Any) -> Any:
        for name in self.names:
            x = self.get_submodule(name)(x)
        return x


def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    return _Chain(make_block() for _ in range(n))
