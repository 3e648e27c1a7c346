"""Unusual: no Function at all, a clone (whose backward is the identity) is rounded behind autograd's back."""

def round_ste(x: Tensor) -> Tensor:
    result = x.clone()
    result.data.round_()
    return result
