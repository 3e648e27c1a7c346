import torchvision.transforms as T
"""Custom layers: write your own, without parameters, with them, and with state.

Read along: https://d2l.ai/chapter_builders-guide/custom-layer.html
"""

import torch
from torch import Tensor, nn

from grader import NotStarted


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
