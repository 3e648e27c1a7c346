"""Train() spills over to shared modules.

says: give each module the flag that it had
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
