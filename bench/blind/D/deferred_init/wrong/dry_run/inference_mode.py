"""Runs in inference mode, so the new parameters are inference tensors that cannot be updated ("become parameters that can be trained")."""


def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        with torch.random.fork_rng(), torch.inference_mode():
            return tuple(net(*inputs).shape)
    finally:
        for module, flag in flags:
            module.training = flag
