"""Only the flags of `net` and its children come back, so a frozen layer deeper down loses its own, against "the `training` flag of each module".

slip: restores the flags one level deep
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
