"""Restores the flags only if the call succeeds ("the flags even if `net` raises an exception")."""


def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(module, module.training) for module in net.modules()]
    net.eval()
    with torch.random.fork_rng(), torch.no_grad():
        shape = tuple(net(*inputs).shape)
    for module, flag in flags:
        module.training = flag
    return shape
