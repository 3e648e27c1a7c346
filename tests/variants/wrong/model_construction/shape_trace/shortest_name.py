"""The first name is the shortest, not the first of named_modules(): breaks "under its
first name".

says: lists the first of them
"""
def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    """Run `net(x)` and return the shape that each leaf module gives, as it runs.

    A leaf is a module without registered submodules; each returns one tensor. The
    entries are (name, output shape) in the order of execution, with the names of
    `sorted(net.named_modules(remove_duplicate=False), key=lambda p: p[0].count('.'))`. A leaf that runs several times is listed each time, under its
    first name; one that does not run is not listed. If `net` itself is a leaf, its name
    is `""`.

    `net` is called once. Afterwards it has the hooks that it had before, no more and no
    fewer, even if the call raises; the exception reaches the caller.

    Example:
        >>> tail = nn.Sequential(nn.Tanh(), nn.Flatten(0))
        >>> net = nn.Sequential(nn.Linear(4, 3), tail)
        >>> shape_trace(net, torch.zeros(2, 4))
        [('0', (2, 3)), ('1.0', (2, 3)), ('1.1', (6,))]
    """
    trace = []

    def note(name: str) -> Callable[[nn.Module, Any, Tensor], None]:
        def hook(_: nn.Module, __: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return hook

    seen = set()
    handles = [
        module.register_forward_hook(note(name))
        for name, module in sorted(net.named_modules(remove_duplicate=False), key=lambda p: p[0].count('.'))
        if next(module.children(), None) is None and not (module in seen or seen.add(module))
    ]
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
