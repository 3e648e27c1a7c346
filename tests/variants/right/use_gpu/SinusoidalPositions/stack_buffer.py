"""Stack and flatten in float64, a buffer with a leading one."""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        i = torch.arange((d + 1) // 2, dtype=torch.float64)
        angle = torch.outer(torch.arange(max_len, dtype=torch.float64), 10000.0 ** (-2 * i / d))
        p = torch.stack([torch.sin(angle), torch.cos(angle)], dim=-1).flatten(1)[:, :d]
        self.register_buffer("P", p.float()[None], persistent=False)

    def forward(self, x):
        if x.shape[-2] > self.P.shape[1]:
            raise ValueError("too long")
        p = self.P[0, : x.shape[-2]].to(device=x.device, dtype=x.dtype)
        return torch.add(x, p)
