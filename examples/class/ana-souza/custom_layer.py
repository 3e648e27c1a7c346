# my answers
import copy
from typing import Any
import torch
from torch import Tensor, nn
from torch.autograd import Function


class CenteredLayer(nn.Module):
    def forward(self, X):
        Y = X.clone().reshape(-1)
        Y -= X.mean(dim=tuple(range(X.dim())), keepdim=True).reshape(-1)
        return Y.view(X.shape)


class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.bias = nn.Parameter(torch.randn(units,))
        self.weight = nn.Parameter(torch.empty(in_units, units))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, X):
        return nn.functional.linear(X, self.weight.T, self.bias).clamp_min(0)


class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, in_features, out_features).normal_(std=0.1))

    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        y = nn.functional.bilinear(flat, flat, self.weight.permute(2, 0, 1))
        return y.reshape(*x.shape[:-1], self.weight.shape[-1])


import math


class HalfSpectrum(nn.Module):
    def forward(self, X):
        n = X.size(-1)
        k = torch.arange(n // 2 + 1, dtype=torch.float64)
        t = torch.arange(n, dtype=torch.float64)
        waves = torch.exp(-2j * math.pi * t[:, None] * k / n)
        return torch.matmul(X.to(torch.complex128), waves).to(X.dtype.to_complex())


class RMSNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)

    def forward(self, x):
        output = self._norm(x if x.dtype == torch.float64 else x.float()).type_as(x)
        return (output * self.weight).type_as(x)


class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError("p")
        self.keep = 1.0 - p

    def forward(self, x):
        if self.training:
            mask = torch.bernoulli(torch.full_like(x, self.keep, dtype=torch.float32)).bool()
            factor = 1.0 / self.keep if self.keep > 0 else 0.0
            return torch.where(mask, x * factor, torch.zeros_like(x))
        return x.clone()


class RunningStandardize(nn.Module):
    def __init__(self, d, momentum):
        super().__init__()
        self.m = momentum
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))
        self.register_buffer("running_var", torch.ones(d))
        self.register_buffer("running_mean", torch.zeros(d))

    def forward(self, x):
        if self.training:
            if len(x) < 2:
                raise ValueError("two rows or more")
            self.num_batches_tracked.add_(1)
        return nn.functional.batch_norm(x, self.running_mean, self.running_var, training=self.training, momentum=self.m)


class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.max_len = max_len
        m = torch.full((max_len, max_len), float("-inf")).triu(diagonal=1)
        self.register_buffer("mask", m, persistent=False)

    def forward(self, scores):
        n = scores.size(-1)
        if n > self.max_len:
            raise ValueError("too long")
        return torch.where(self.mask[:n, :n] == 0, scores, float("-inf"))


class _Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, g):
        return g


def round_ste(x):
    return _Round.apply(x)


class _Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lo, hi):
        ctx.save_for_backward(x)
        ctx.lo, ctx.hi = lo, hi
        return torch.minimum(torch.maximum(x, x.new_tensor(lo)), x.new_tensor(hi))

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        g = g.clone()
        g[~((x > ctx.lo) & (x < ctx.hi))] = 0
        return g, None, None


def clamp_open(x, lo, hi):
    return _Clamp.apply(x, lo, hi)


def swish(x):
    return nn.functional.silu(x)


class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        def frozen(p):
            return None if p is None else nn.Parameter(p.detach().clone(), requires_grad=False)

        self.weight, self.bias = frozen(linear.weight), frozen(linear.bias)
        self.s = scale
        self.A = nn.Parameter(torch.randn(rank, linear.in_features).to(linear.weight) * 0.02)
        self.B = nn.Parameter(torch.zeros(linear.out_features, rank).to(linear.weight))

    def forward(self, x):
        low = torch.einsum("...i,ri,or->...o", x, self.A, self.B)
        return nn.functional.linear(x, self.weight, self.bias) + low.mul(self.s)

    def merged(self):
        layer = nn.Linear(self.weight.shape[1], self.weight.shape[0], bias=self.bias is not None)
        layer.weight = nn.Parameter((self.weight + self.s * self.B @ self.A).detach())
        if self.bias is not None:
            layer.bias = nn.Parameter(self.bias.clone())
        return layer
