"""Refuses what the dry run did not reach, and visits each module once by apply."""
def apply_init(net, inputs, init):
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    dry_run(net, *args)
    for name, t in [*net.named_parameters(), *net.named_buffers()]:
        if torch.nn.parameter.is_lazy(t):
            raise RuntimeError(f"no shape for {name!r}")
    seen = set()

    def visit(m):
        if m not in seen:
            seen.add(m)
            init(m)

    return net.apply(visit)
