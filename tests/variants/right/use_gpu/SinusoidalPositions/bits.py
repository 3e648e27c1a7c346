"""Keeps the codes as integers, which no half() rounds."""
import itertools
import math


class SinusoidalPositions(nn.Module):

    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        self.shape = max_len, d
        # Kept as integers, so that half() and the like leave every bit alone.
        self.register_buffer("_bits", self._make("cpu").view(torch.int32))

    def _make(self, device):
        n, d = self.shape
        rows = [
            [
                (math.cos if col % 2 else math.sin)(p / 10000 ** ((col - col % 2) / d))
                for col in range(d)
            ]
            for p in range(n)
        ]
        flat = list(itertools.chain.from_iterable(rows))
        return torch.tensor(flat, dtype=torch.float32, device=device).reshape(n, d)

    @property
    def codes(self):
        return self._bits.view(torch.float32)

    def forward(self, x: Tensor) -> Tensor:
        n = x.size(-2)
        if n > self.shape[0]:
            raise ValueError(f"too long: {n}")
        if self._bits.is_meta and not x.is_meta:
            codes = self._make(x.device)[:n]
        else:
            codes = self.codes.narrow(0, 0, n).to(x.device)
        return torch.add(codes.to(x.dtype), x)
