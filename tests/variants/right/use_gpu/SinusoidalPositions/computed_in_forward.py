"""Computes the codes in forward, on the input's device, in float32."""
class SinusoidalPositions(nn.Module):
    def __init__(self, d, max_len):
        super().__init__()
        self.d = d
        self.max_len = max_len

    def forward(self, x):
        n = x.size(-2)
        if n > self.max_len:
            raise ValueError(n)
        pos = torch.arange(n, device=x.device, dtype=torch.float32).unsqueeze(1)
        col = torch.arange(self.d, device=x.device)
        angle = pos / torch.pow(10000.0, 2 * (col // 2).float() / self.d)
        codes = torch.where(col % 2 == 0, torch.sin(angle), torch.cos(angle))
        return x + codes.to(x.dtype)
