"""Unfreezes what the caller froze.

says: what the caller froze
"""
def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(m, m.training) for m in net.modules()]
    try:
        net.eval()
        with torch.no_grad(), torch.random.fork_rng():
            shape = net(*inputs).shape
        net.requires_grad_(True)  # "parameters that can be trained"
        return shape
    finally:
        for m, flag in flags:
            m.training = flag
