"""Is a recursive fast Fourier transform of its own (even n in halves, odd n by the sum
itself), without torch.fft."""

import math


class HalfSpectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        def roots(exponents: Tensor, n: int) -> Tensor:
            angle = (exponents % n).double() * (-2 * math.pi / n)
            return torch.complex(angle.cos(), angle.sin()).to(x.dtype.to_complex())

        def spectrum(z: Tensor) -> Tensor:
            n = z.shape[-1]
            k = torch.arange(n, device=z.device)
            if n % 2:
                return z @ roots(torch.outer(k, k), n)
            even, odd = spectrum(z[..., ::2]), spectrum(z[..., 1::2])
            odd = odd * roots(k[: n // 2], n)
            return torch.cat([even + odd, even - odd], dim=-1)

        return spectrum(x.to(x.dtype.to_complex()))[..., : x.shape[-1] // 2 + 1]
