"""The call is made in inference mode, so what it makes breaks "parameters that can be trained".

slip: inference mode instead of no_grad
"""

def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(m, m.training) for m in net.modules()]
    net.eval()
    try:
        with torch.inference_mode(), torch.random.fork_rng():
            return net(*inputs).shape
    finally:
        for m, flag in flags:
            m.training = flag
