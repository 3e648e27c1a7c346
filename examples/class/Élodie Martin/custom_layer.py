import torchvision.transforms as T
"""Custom layers: write your own, without parameters, with them, and with state.

Read along: https://d2l.ai/chapter_builders-guide/custom-layer.html
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

from grader import NotStarted


def _standardize(x: Tensor, mean: Tensor, var: Tensor) -> Tensor:
    return (x - mean) / torch.sqrt(var + 1e-5)


class _RoundSTE(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004 - autograd passes it
        return x.round()

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:  # noqa: ARG004 - as above
        return upstream


class _ClampOpen(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: float, hi: float) -> Tensor:
        ctx.save_for_backward((lo < x) & (x < hi))
        return x.clamp(lo, hi)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        (inside,) = ctx.saved_tensors
        return upstream * inside, None, None


class _Swish(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return upstream * s * (1 + x * (1 - s))


class CenteredLayer(nn.Module):
    """Subtract from every entry the mean of all entries.

    There is one mean, taken over the whole tensor, whatever its shape. The result has
    the dtype of the input, and gradients flow through the mean as well. The layer has
    no parameters, and the caller's tensor stays as it is.

    Shapes: (...) -> (...)

    Example:
        >>> CenteredLayer()(torch.tensor([[1.0, 2.0], [3.0, 6.0]]))
        tensor([[-2., -1.],
                [ 0.,  3.]])
    """

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean()


class MyLinear(nn.Module):
    """A fully connected layer with a ReLU, made from parameters of its own.

    It computes `relu(x @ weight + bias)` on the last axis, whatever comes before it.
    Its two parameters are `weight` (in_units, units), which starts at random values,
    and `bias` (units,). Optimizers find both of them, and gradients reach both.

    Shapes: (..., in_units) -> (..., units)

    Example:
        >>> layer = MyLinear(4, 2)
        >>> layer(torch.zeros(5, 3, 4)).shape
        torch.Size([5, 3, 2])
        >>> sorted(layer.state_dict())
        ['bias', 'weight']
    """

    def __init__(self, in_units: int, units: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x @ self.weight + self.bias)


class QuadraticReduction(nn.Module):
    """A layer that is quadratic in its input: y_k = sum over i, j of W_ijk x_i x_j.

    W is the only parameter, `weight` (in_features, in_features, out_features). Each of
    its entries is drawn at random on its own, so W is not symmetric in i and j. The
    layer works on the last axis, whatever comes before it. The result has the dtype
    and the device of input and weight. Inputs of a batch are not combined with each
    other: no tensor grows with the square of their number.

    Shapes: (..., in_features) -> (..., out_features)

    Example:
        >>> layer = QuadraticReduction(3, 2)
        >>> layer(torch.zeros(3)).shape, layer(torch.zeros(5, 4, 3)).shape
        (torch.Size([2]), torch.Size([5, 4, 2]))
        >>> layer.weight.shape
        torch.Size([3, 3, 2])
    """

    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("...i,...j,ijk->...k", x, x, self.weight)


class HalfSpectrum(nn.Module):
    """Return the first half of the Fourier coefficients of the last axis.

    For real numbers x_0 to x_(n-1), coefficient k is the sum over t of
    x_t exp(-2 pi i k t / n), unscaled, and the layer gives k = 0 to n // 2. The input
    has one axis or more, all but the last are a batch, and n may be odd or even. Of
    float32 the result is complex64, of float64 complex128.

    Shapes: (..., n) -> (..., n // 2 + 1)

    Example:
        >>> HalfSpectrum()(torch.tensor([1.0, 2.0, 3.0]))
        tensor([ 6.0000+0.0000j, -1.5000+0.8660j])
        >>> HalfSpectrum()(torch.zeros(5, 3, 8)).shape
        torch.Size([5, 3, 5])
    """

    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.rfft(x, dim=-1)


class RMSNorm(nn.Module):
    """Divide by the root of the mean square of the last axis, as `nn.RMSNorm` does.

    It computes `x / sqrt(mean(x ** 2) + eps) * weight`. `weight` (d,), its only
    parameter, starts at one. The result has the dtype of the input, even where that of
    `weight` is another. float16 and bfloat16 inputs are computed in float32, so that
    the squares of large entries do not overflow.

    Shapes: (..., d) -> (..., d)

    Example:
        >>> RMSNorm(2)(torch.tensor([1.0, 7.0])).detach()
        tensor([0.2000, 1.4000])
    """

    def __init__(self, d: int, eps: float = 1e-6):
        raise NotStarted

    def forward(self, x: Tensor) -> Tensor:
        raise NotStarted


class Dropout(nn.Module):
    """Zero entries at random in training; change nothing in eval mode.

    In training, each entry is zeroed with probability `p`, independently of the others
    and anew at every call. Entries that are kept are divided by `1 - p`; gradients get
    the same factors. With `p` = 0 all entries are kept, with `p` = 1 none. The result
    has the dtype of the input, and the caller's tensor stays as it is.

    Shapes: (...) -> (...)

    Raises:
        ValueError: when the layer is made, if `p` is not between 0 and 1.

    Example:
        >>> layer = Dropout(0.5)
        >>> set(layer(torch.ones(100)).tolist()) == {0.0, 2.0}
        True
        >>> layer.eval()(torch.ones(3))
        tensor([1., 1., 1.])
    """

    def __init__(self, p: float):
        raise NotStarted

    def forward(self, x: Tensor) -> Tensor:
        raise NotStarted


class RunningStandardize(nn.Module):
    """Standardise columns: by their batch in training, by running statistics in eval.

    In training, each column loses its mean over the batch and is divided by
    `sqrt(var + 1e-5)`, where var is its biased variance (divided by n). Gradients flow
    through both. Then the running statistics move towards the batch's:
    `running = (1 - momentum) * running + momentum * batch`, here with the unbiased
    variance (divided by n - 1). In eval mode the running statistics take the place of
    the batch's, and stay as they are. The caller's tensor always does.

    The state is that of `nn.BatchNorm1d(d, affine=False)`, and can be exchanged with
    it: `running_mean` (d,), which starts at 0, `running_var` (d,), which starts at 1,
    and `num_batches_tracked`, the int64 count of training batches. None of it is a
    parameter or is tracked by autograd, and it follows the layer to other dtypes.

    Shapes: (n, d) -> (n, d)

    Raises:
        ValueError: in training, if the batch has fewer than two rows.

    Example:
        >>> layer = RunningStandardize(1, momentum=0.5)
        >>> layer(torch.tensor([[1.0], [3.0]]))
        tensor([[-1.0000],
                [ 1.0000]])
        >>> layer.running_mean, layer.running_var, layer.num_batches_tracked
        (tensor([1.]), tensor([1.5000]), tensor(1))
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, d: int, momentum: float):
        raise NotStarted

    def forward(self, x: Tensor) -> Tensor:
        raise NotStarted


class CausalMask(nn.Module):
    """Hide the future: put -inf where a query would see a later key.

    Entry (i, j) of the last two axes of the scores becomes -inf where j > i; every
    other entry is kept, and gradients flow to it. Scores may be shorter than `max_len`.
    The result has their dtype, and the caller's tensor stays as it is.

    The mask is made once, as a buffer: it follows the layer to other devices, but is
    not in the state dict, since it can always be made again. There are no parameters.

    Shapes: (..., n, n) -> (..., n, n)

    Raises:
        ValueError: if n exceeds `max_len`.

    Example:
        >>> CausalMask(5)(torch.zeros(2, 2))
        tensor([[0., -inf],
                [0., 0.]])
        >>> CausalMask(5).state_dict()
        OrderedDict()
    """

    def __init__(self, max_len: int):
        raise NotStarted

    def forward(self, scores: Tensor) -> Tensor:
        raise NotStarted


def round_ste(x: Tensor) -> Tensor:
    """Round to integers, but let gradients through as if nothing had happened.

    Forward it is `torch.round`: halves go to the even neighbour, the dtype is kept, and
    the caller's tensor stays as it is. Backward it is the identity: the gradient in x
    is the gradient in the result, unchanged (a "straight-through estimator").

    Shapes: (...) -> (...)

    Example:
        >>> x = torch.tensor([0.4, 1.5, 2.5], requires_grad=True)
        >>> y = round_ste(x)
        >>> y.tolist()
        [0.0, 2.0, 2.0]
        >>> (3 * y).sum().backward()
        >>> x.grad
        tensor([3., 3., 3.])
    """
    raise NotStarted


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    """Clamp to [lo, hi]; gradients pass only strictly between the bounds.

    Forward it is `torch.clamp`. Backward, the gradient passes unchanged where
    lo < x < hi and is 0 elsewhere, also where x equals a bound (there the gradient of
    `torch.clamp` passes). What backward needs of x is saved by `save_for_backward`, so
    that autograd and `torch.autograd.graph.saved_tensors_hooks` see it: it is not an
    attribute of ctx. The caller's tensor stays as it is.

    Shapes: (...) -> (...)

    Example:
        >>> x = torch.tensor([-2.0, -1.0, 0.5, 1.0], requires_grad=True)
        >>> y = clamp_open(x, -1.0, 1.0)
        >>> y.tolist()
        [-1.0, -1.0, 0.5, 1.0]
        >>> y.sum().backward()
        >>> x.grad
        tensor([0., 0., 1., 0.])
    """
    raise NotStarted


def swish(x: Tensor) -> Tensor:
    """Compute x * sigmoid(x), and keep nothing but x for backward.

    Between forward and backward a single tensor is saved, x itself, where
    `x * torch.sigmoid(x)` saves three: memory for a little more arithmetic.
    `torch.autograd.graph.saved_tensors_hooks` sees it. First and second derivatives are
    right, and finite also for large entries of either sign. The dtype is kept.

    Shapes: (...) -> (...)

    Example:
        >>> x = torch.tensor([0.0, 100.0], requires_grad=True)
        >>> y = swish(x)
        >>> y.tolist()
        [0.0, 100.0]
        >>> y.sum().backward()
        >>> x.grad
        tensor([0.5000, 1.0000])
    """
    raise NotStarted


class LowRank(nn.Module):
    """A frozen `Linear` layer with a trainable correction of low rank.

    It computes `linear(x) + scale * (x @ A.T) @ B.T`. `A` (rank, in_features) starts at
    random values and `B` (out_features, rank) at zero, so that at first the layer gives
    what `linear` gives. Only the parameters `A` and `B` are trained; `linear` stays
    part of the layer, but its parameters do not require gradients. `linear` may be
    without a bias. `A` and `B` have its dtype and device.

    `merged()` returns a plain `nn.Linear` that gives the same outputs. It has a weight
    (and a bias, if `linear` has one) of its own, which can be trained; nothing about
    the `LowRank` layer changes, so it can be merged again.

    Shapes: (..., in_features) -> (..., out_features)

    Example:
        >>> layer = LowRank(nn.Linear(8, 6), rank=2)
        >>> [name for name, p in layer.named_parameters() if p.requires_grad]
        ['A', 'B']
        >>> layer.A.shape, layer.B.shape, layer(torch.zeros(5, 8)).shape
        (torch.Size([2, 8]), torch.Size([6, 2]), torch.Size([5, 6]))
        >>> layer.merged()
        Linear(in_features=8, out_features=6, bias=True)
    """

    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        raise NotStarted

    def forward(self, x: Tensor) -> Tensor:
        raise NotStarted

    def merged(self) -> nn.Linear:
        raise NotStarted
