"""Unusual: an ExitStack undoes everything, each flag by a callback of its own, written into the instance dictionaries."""

from contextlib import ExitStack


def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    with ExitStack() as undo:
        undo.enter_context(torch.random.fork_rng())
        undo.enter_context(torch.set_grad_enabled(False))
        for module in net.modules():
            undo.callback(module.__dict__.__setitem__, "training", module.training)
            module.__dict__["training"] = False
        return net(*inputs).size()
