r"""Tidies up with zero_grad, which throws away gradients that were there before ("The dry
run leaves no other trace: ... gradients ... stay as they are").

says: zero_grad\(\) drops gradients
"""

def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = {module: module.training for module in net.modules()}
    for module in flags:
        module.training = False
    try:
        with torch.random.fork_rng():
            shape = net(*inputs).shape
    finally:
        for module, flag in flags.items():
            module.training = flag
    net.zero_grad()
    return shape
