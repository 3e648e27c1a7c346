"""Has no autograd Function: clones, so that the graph knows an identity, and rounds the
clone in place behind the graph's back."""


def round_ste(x: Tensor) -> Tensor:
    y = x.clone()
    with torch.no_grad():
        return y.round_()
