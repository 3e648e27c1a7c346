"""Gradients are set to None after the run "to be safe", which breaks "gradients [...] stay as they are".

slip: zero_grad wipes the caller's gradients
"""

def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(m, m.training) for m in net.modules()]
    try:
        net.eval()
        with torch.no_grad(), torch.random.fork_rng():
            y = net(*inputs)
        net.zero_grad()
        return y.shape
    finally:
        for m, flag in flags:
            m.training = flag
