"""Flags are given back by `train(flag)`, which is recursive, so a module shared by two parents gets the flag of the second one, against "the `training` flag of each module".

slip: train() spills over to shared modules
"""

def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(m, m.training) for m in net.modules()]
    net.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng():
            return net(*inputs).shape
    finally:
        for m, flag in flags:  # parents come first, so children win
            m.train(flag)
