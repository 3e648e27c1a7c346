"""Restores all flags from the root's flag, which unfreezes a frozen submodule ("the `training` flag of each module stay as they are")."""


def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    training = net.training
    net.eval()
    try:
        with torch.random.fork_rng(), torch.no_grad():
            return tuple(net(*inputs).shape)
    finally:
        net.train(training)
