"""An operator of torch.library with a rule for backward."""
@torch.library.custom_op("straight_through::round", mutates_args=())
def _round_op(x: Tensor) -> Tensor:
    return torch.round(x)


_round_op.register_autograd(lambda _, upstream: upstream)


def round_ste(x):
    return _round_op(x)
