"""Restores flags with the recursive module.train(flag), parents first: a module with two parents ends with the flag of the second one: breaks "the `training` flag of each module stay as they are"."""


def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = {module: module.training for module in net.modules()}
    net.eval()
    try:
        with torch.random.fork_rng(), torch.no_grad():
            return net(*inputs).shape
    finally:
        for module, flag in flags.items():
            module.train(flag)
